"""Show the claims on the first page: a line per claim, its tests in one place."""

from pathlib import Path

import pandas as pd

from edgecase.base.errors import DataError
from edgecase.base.tables import read_table
from edgecase.claims.table import COLUMNS, measured_text

_NUMBERS = ("value", "low", "high", "p", "p_opposite")


def read_claims(path: str | Path) -> pd.DataFrame:
    """A run's claims table, numbers as numbers; `DataError`, naming the file, if it is none."""
    table = read_table(path, "table of claims", COLUMNS)
    try:
        return table.assign(**{name: pd.to_numeric(table[name]) for name in _NUMBERS})
    except ValueError as error:
        raise DataError(f"{path}: a value is no number ({error})") from error


def overview(claims: pd.DataFrame) -> pd.DataFrame:
    """One line per claim, in the table's order, as text: what it says, what was measured, verdict.

    `figure` is the figure of the paper that a claim is about.

    A claim with several tests has a line of `measured` for each, begun by the test's part.
    """
    return pd.DataFrame(
        [_line(rows) for _, rows in claims.groupby("claim", sort=False)],
        columns=["claim", "figure", "task", "statement", "measured", "reported", "verdict"],
    )


#: columns of `by_test` that the claims table does not have under the same name → their meaning
TEST_COLUMNS = {
    "measured": "measured value with its 95 % interval; of a trend, rank coefficient and p-values",
    "verdict": "verdict on this row alone",
    "claim_verdict": "verdict on the claim, over all its rows",
}


def by_test(claims: pd.DataFrame) -> pd.DataFrame:
    """One line per row of the claims table as text, what was measured in one column."""
    shown = claims.drop(columns=["standin", *_NUMBERS])
    shown["measured"] = [measured_text(row) for row in claims.to_dict("records")]
    shown = shown.rename(columns={"verdict": "claim_verdict", "part_verdict": "verdict"})
    first = [
        "claim",
        "task",
        "part",
        "measured",
        "claimed",
        "verdict",
        "claim_verdict",
        "statement",
    ]
    return shown[[*first, *(name for name in shown.columns if name not in first)]]


def _line(rows: pd.DataFrame) -> dict[str, str]:
    first = rows.iloc[0]
    tests = [row for row in rows.to_dict("records") if row["test"]]
    measured = [f"{row['part']}: " * bool(row["part"]) + measured_text(row) for row in tests]
    return {
        "claim": first["claim"],
        "figure": first["figure"],
        "task": (first["task"] or first["role"]) + " (stand-in)" * (first["standin"] == "True"),
        "statement": first["statement"],
        "measured": "\n".join(measured) or "–",
        "reported": f"{first['reported'] or '–'} ({first['sure']})",
        "verdict": first["verdict"],
    }
