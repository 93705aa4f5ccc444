"""What the rules ask the library: what each job reads and is told, where it runs, what a run makes.

Nothing here knows Snakemake or loads torch, and no script imports it.
"""
