"""From tidy tables to numbers: curves, measures, summaries, fairness, ablation."""
