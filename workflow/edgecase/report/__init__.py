"""What the pages of the report say: the first page, a page per table, and the provenance.

Each page is one HTML file that needs no network. Snakemake's own report shows the first page and
holds the others; `docs/report.md` says what a reader finds where.
"""
