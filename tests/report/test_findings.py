"""The README's results are those that docs/small.md states."""

from pathlib import Path

import pytest

from edgecase.base.errors import DataError
from edgecase.report.findings import fill

ROOT = Path(__file__).parents[2]
MARKS = "before\n<!-- table: findings -->\nold\n<!-- end -->\nafter\n"
PAGE = """\
| claim | verdict | measured | cause |
|---|---|---|---|
| fig5: Krum stops it | undecided | 1 [0, 9] | noise |

| claim | task | verdict | measured |
|---|---|---|---|
| fig5: Krum stops it | 1 | holds | 0.7 |
| | 2 | fails | 9 |
| fig2: in the tail | 1 | fails | 5 |

| other | task |
|---|---|
| fig9: no | 1 |
"""


def test_a_row_per_claim_and_a_column_per_task():
    assert fill(MARKS, PAGE).splitlines() == [
        "before",
        "<!-- table: findings -->",
        "| claim | task 1 | task 2 | task 4 |",
        "|---|---|---|---|",
        "| fig2: in the tail | fails | – | – |",
        "| fig5: Krum stops it | holds | fails | undecided |",
        "<!-- end -->",
        "after",
    ]


def test_the_readme_has_what_the_page_states():
    page = (ROOT / "docs" / "small.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert fill(readme, page) == readme, "make reference writes it anew"


@pytest.mark.parametrize(("readme", "page"), [("no marks", PAGE), (MARKS, "no table")])
def test_what_is_missing_is_told(readme, page):
    with pytest.raises(DataError):
        fill(readme, page)
