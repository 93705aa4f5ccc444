"""Judge the paper's claims on a run: statements and tests in, measured values and verdicts out.

`load` reads config/claims.yaml, `cells_needed` says which cells each claim reads; neither loads
pandas, so the Snakefile can call them. `verdict` judges, `table` writes what was found.
docs/claims.md explains the words, the tests and the verdicts.
"""

from edgecase.claims.check import check_roles
from edgecase.claims.load import load
from edgecase.claims.select import cells_needed

__all__ = ["cells_needed", "check_roles", "load"]
