"""Say in words how often an attacker takes part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edgecase.base.errors import DataError
from edgecase.figures import style

if TYPE_CHECKING:
    import pandas as pd

#: K; the round column `num_clients` counts a round's participants.
CLIENTS = "parameters.num_clients"

_FORM = re.compile(r"fixed-(freq|pool)-([0-9]+)")


class Attackers(NamedTuple):
    """`kind` is "freq", one extra attacker every `number` rounds, or "pool", `number` for good."""

    kind: str
    number: int


def parse(name: str) -> Attackers:
    """`DataError` for a name that is neither fixed-freq-<period> nor fixed-pool-<attackers>."""
    found = _FORM.fullmatch(name)
    if not found:
        raise DataError(
            f"participation: {name!r}; allowed: fixed-freq-<period>, fixed-pool-<attackers>"
        )
    return Attackers(found[1], int(found[2]))


def digits(value: float) -> str:
    """A period, or a pool in percent, short enough for a label: 85 of 3383 are "2.5"."""
    return f"{value:.2g}" if value < 10 else f"{value:.3g}"


def words(name: str, clients: float | None = None) -> str:
    """The participation in words; with K = `clients`, a pool in percent too."""
    kind, number = parse(name)
    if kind == "freq":
        return "an attacker every round" if number == 1 else f"an attacker every {number} rounds"
    of_all = (
        f" of {clients:.0f} clients ({digits(100 * number / clients)} %)" if clients else " clients"
    )
    return f"a pool of {number}{of_all} that attack when sampled"


def note(table: pd.DataFrame) -> str:
    """How often an attacker takes part in each task of `table`, as a sentence.

    A pool is given in percent too where the table has the column `CLIENTS`.
    """
    found: dict[str, list[str]] = {}
    for task, runs in table.groupby("task"):
        columns = [name for name in ("participation", CLIENTS) if name in runs]
        said = {words(*row) for row in runs[columns].drop_duplicates().itertuples(index=False)}
        found.setdefault(", ".join(sorted(said)), []).append(style.task(str(task)))
    if len(found) == 1:
        return f"Participation: {next(iter(found))}."
    return " ".join(f"{', '.join(tasks)}: {said}." for said, tasks in found.items())
