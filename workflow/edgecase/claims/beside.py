"""Set the verdicts of several runs on each claim beside one another, as Markdown."""

from collections.abc import Mapping

import pandas as pd

from edgecase.claims.model import NOT_RUN
from edgecase.claims.outcome import joined, seeds_text
from edgecase.claims.table import enough_text, measured_text


def beside(judged: Mapping[str, pd.DataFrame]) -> str:
    """A row for each claim that a run gives a verdict, with a column for each run.

    `judged` is, by the heading of the run, its table of `table.tabulate`, all of the same claims. A
    last line counts the claims that no run gives a verdict.
    """
    runs = [dict(list(table.groupby("claim", sort=False))) for table in judged.values()]
    lines, left = [], 0
    for claim in runs[0]:
        own = [run[claim] for run in runs]
        if all(tests["verdict"].iloc[0] == NOT_RUN for tests in own):
            left += 1
            continue
        role = own[0]["role"].iloc[0]
        named = [claim.removesuffix(f"-{role}"), role.removeprefix("task")]
        lines.append(_row(*named, *map(_told, own)))
    heads = ["claim", "task", *judged]
    table = [_row(*heads), _row(*["---"] * len(heads)), *lines, ""] if lines else []
    return "\n".join([*table, f"Not run: {left} of {len(runs[0])} claims.", ""])


def _told(tests: pd.DataFrame) -> str:
    """The verdict, and each test of it: value, interval, seeds, and how many would decide it."""
    verdict = tests["verdict"].iloc[0]
    if verdict == NOT_RUN:
        return "–"
    found = [
        f"{joined(': ', row['part'], measured_text(row))} "
        f"({joined('; ', seeds_text(row['seeds']), enough_text(row))})"
        for row in tests.to_dict("records")
    ]
    return "<br>".join([f"**{verdict}**", *found])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
