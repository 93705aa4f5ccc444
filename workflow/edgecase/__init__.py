"""Edge-case backdoors in federated learning: the library behind the pipeline."""
