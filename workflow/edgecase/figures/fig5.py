"""Figure 5: attacks against defenses, one panel for each defense and task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import cells, compare, participation, style
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
#: what the paper runs; the no-attack baseline and whatever else the table holds is drawn too.
ATTACKS = ("blackbox", "pgd", "pgd-replacement")
DEFENSES = ("no-defense", "norm-clipping", "krum", "multi-krum", "rfa")
NOT_IN_PAPER = {("pgd-replacement", "krum")}


@figure("fig5-pool", parameters=(participation.CLIENTS,))
@figure("fig5")
def draw(table: pd.DataFrame) -> Figure:
    """Columns are defenses; each task has a row of backdoor accuracy and one of main accuracy.

    `table` is tidy: the axes of a cell, standin, seed and the round columns; a pool's share is
    stated where it has the parameter `num_clients`. Backdoor curves are trailing means of 10
    rounds. A cell of the paper's, and a run without attack, that is missing from a panel is stated
    there; an attack or a defense of the paper that is missing altogether, and where a further
    attack runs, is stated in the caption. Raises `DataError` if a panel would mix cells.
    """
    return compare.draw(table, "fig5", _caption(table), reason=_reason)


def _reason(attack: str, defense: str) -> str | None:
    if (attack, defense) in NOT_IN_PAPER:
        return "not in the paper"
    return "not run" if attack in (*ATTACKS, "none") else None


def _caption(table: pd.DataFrame) -> list[str]:
    said = []
    absent = [style.ATTACKS[a][0] for a in ATTACKS if a not in set(table["attack"])]
    absent += [style.DEFENSES[d] for d in DEFENSES if d not in set(table["defense"])]
    if absent:
        said.append(f"In the paper, not run here: {', '.join(absent)}.")
    said += _only(table)
    periods = {participation.parse(name) for name in table["participation"].unique()}
    if {kind for kind, _ in periods} == {"pool"}:
        said.append("A pool of attackers; the paper's figure has an attacker every 10 rounds.")
    elif periods != {("freq", 10)}:
        said.append("The paper has an attacker every 10 rounds.")
    return said


def _only(table: pd.DataFrame) -> list[str]:
    """Where an attack that is not of the paper runs, if not everywhere."""
    found: dict[str, list[str]] = {}
    for task, runs in table.groupby("task"):
        for attack in cells.in_order(
            set(runs["attack"]).difference(ATTACKS, ["none"]), style.ATTACKS
        ):
            under = runs.loc[runs["attack"] == attack, "defense"]
            if set(under) != set(runs["defense"]):
                names = [style.defense(d) for d in cells.in_order(under, style.DEFENSES)]
                said = f"“{style.attack(attack)[0]}” is run only under {', '.join(names)}"
                found.setdefault(said, []).append(style.task(str(task)))
    return [f"{', '.join(tasks)}: {said}." for said, tasks in found.items()]
