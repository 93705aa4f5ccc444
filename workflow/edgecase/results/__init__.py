"""The files of a run: cells and their paths, rounds, records, tidy tables, provenance."""
