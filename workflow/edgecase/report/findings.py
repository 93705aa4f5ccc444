"""Gather the verdicts that docs/small.md states into the table of the README: claims by task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from edgecase.base.errors import DataError

#: heads of the tables of docs/small.md that state verdicts → the task of those without its column.
_HEADS = {
    "| claim | task | verdict | measured |": "",
    "| claim | verdict | measured | cause |": "4",
}
_TASKS = ("1", "2", "4")
_MARKED = re.compile(r"(<!-- table: findings -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(readme: str, small: str) -> str:
    """`readme` with the table between its marks written anew from the page `small`.

    A row per claim of the paper in the order of its figures, a column per task; a dash where a task
    has no verdict on it. Raises `DataError` if the page has no verdict or the README no marks.
    """
    found: dict[str, dict[str, str]] = {}
    for claim, task, verdict in _verdicts(small):
        found.setdefault(claim, {})[task] = verdict
    if not found:
        raise DataError("docs/small.md: holds no table of verdicts")
    if not _MARKED.search(readme):
        raise DataError("README.md: expected <!-- table: findings --> and <!-- end -->")
    return _MARKED.sub(lambda marks: marks[1] + _table(found) + marks[2], readme)


def _verdicts(page: str) -> Iterator[tuple[str, str, str]]:
    """(claim, task, verdict) of each row; a row without a claim is of the claim above it."""
    task, claim = None, ""
    for line in page.splitlines():
        if line in _HEADS:
            task, claim = _HEADS[line], ""
        elif not line.startswith("|"):
            task = None
        elif task is not None and not line.startswith("|---"):
            claim, *rest = (cell.strip() or claim * (not number) for number, cell in _cells(line))
            yield (claim, task, rest[0]) if task else (claim, rest[0], rest[1])


def _cells(line: str) -> Iterator[tuple[int, str]]:
    return enumerate(line.strip("|").split("|"))


def _table(found: Mapping[str, Mapping[str, str]]) -> str:
    def row(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    lines = [row(["claim", *(f"task {task}" for task in _TASKS)]), "|---" * 4 + "|\n"]
    for claim in sorted(found, key=lambda claim: claim.partition(":")[0]):
        lines.append(row([claim, *(found[claim].get(task, "–") for task in _TASKS)]))
    return "".join(lines)
