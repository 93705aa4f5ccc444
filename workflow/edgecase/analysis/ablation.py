"""Measure what each departure of the released code does: one switch flipped, beside the base.

The departures are the switches of docs/fidelity.md, the weight decay that task 4's released code
ignores, and the batch size of task 2.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from edgecase.analysis.curves import last_mean
from edgecase.analysis.intervals import difference_ends, interval_text
from edgecase.analysis.ranges import POINTS
from edgecase.base.errors import DataError
from edgecase.base.lazy import pandas as pd
from edgecase.federation.switches import declared_switches
from edgecase.results.attacks import unattacked, unattacked_note
from edgecase.results.cells import DEFAULT
from edgecase.results.rounds import CELL_AXES


@dataclass(frozen=True)
class Switch:
    """A departure: its item (None for the batch size), and what its alternatives are called.

    Which rows of the raw files are read is the choice of another data set.
    """

    name: str
    item: int | None
    alternatives: tuple[str, ...]


#: the set-up of another code base, which corrects nothing of this one's.
_ELSEWHERE = ("plain",)


def _switches() -> dict[str, Switch]:
    """Parameter column → switch, in the order of items; those without one come last."""
    found = {
        f"switches.{name}": Switch(
            name,
            about.item,
            tuple(value for value in about.choices if value not in (about.default, *_ELSEWHERE)),
        )
        for name, about in declared_switches().items()
    }
    found["dataset"] = Switch("dataset", 20, ("sentiment140-published",))
    found["weight_decay"] = Switch("weight_decay", 12, ("0.0001",))
    found["batch_size"] = Switch("batch_size", None, ("32",))
    return dict(sorted(found.items(), key=lambda entry: entry[1].item or math.inf))


#: parameter column of the tidy table → the departure it holds, in the order of items.
SWITCHES = _switches()

#: parameter column → what the last model of a task of sentences is asked for
AUDITS = {
    "audits.names_removed": "names removed",
    "audits.names_added": "names added",
}

#: the parameter columns that a tidy table of the ablation has.
PARAMETERS = (*SWITCHES, *AUDITS)

#: accuracy → its round column; the effect on each is measured.
ACCURACIES = {"backdoor": "backdoor_acc", "main": "main_task_acc"}


def effects(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell with a switch flipped, in the order of `SWITCHES`.

    `table` is tidy with the columns `PARAMETERS`. Each cell is compared with its base, which has
    the same axes but the override `default`; a cell without one is left out (`without_base`).
    Columns: item (empty for the batch size), switch, base_value and value, standin, the axes, n
    (seeds that both have, less those in which no attacker acted), then for backdoor and main, over
    the last rounds (`curves.last_mean`), in %: `<accuracy>_base`, the base's mean, and
    `_difference`, `_low`, `_high`, the mean of cell − base paired by seed and its 95 % interval,
    that of the paired t-test (`difference_ends`); at last the share of the attacker's label in each
    audit, as mean over the seeds, for base and cell, empty where none was made. Raises `DataError`
    if a table lacks a column, or a cell differs from its base in any number of switches but one, in
    stand-in data or in the number of rounds, or shares no seed.
    """
    absent = [column for column in PARAMETERS if column not in table]
    if absent:
        raise DataError(f"ablation: the table lacks the parameter {', '.join(absent)}")
    axes = list(CELL_AXES)
    cells = table.groupby(axes).agg(
        standin=("standin", "first"),
        rounds=("fl_iter", "max"),
        **{column: (column, "first") for column in SWITCHES},
    )
    rounds = table[table["fl_iter"] > 0].sort_values("fl_iter", kind="stable")
    last = rounds.groupby([*axes, "seed"])[list(ACCURACIES.values())].agg(last_mean)
    left_out = unattacked(table)
    audited = _audited(table)
    rows = []
    for names in cells.index:
        base = _base(names)
        if names == base or base not in cells.index:
            continue
        column = _flipped("/".join(names), cells.loc[names], cells.loc[base])
        switch = SWITCHES[column]
        row: dict[str, object] = {"item": switch.item, "switch": switch.name}
        row["base_value"] = _text(cells.loc[base, column])
        row["value"] = _text(cells.loc[names, column])
        row |= {"standin": cells.loc[names, "standin"], **dict(zip(axes, names, strict=True))}
        without = {*left_out.get(names, ()), *left_out.get(base, ())}
        row |= _differences("/".join(names), last.loc[names], last.loc[base], without)
        for column in AUDITS:
            row[f"{_audit_name(column)}_base"] = audited.loc[base, column]
            row[_audit_name(column)] = audited.loc[names, column]
        rows.append(row)
    found = pd.DataFrame(rows, columns=_columns()).astype({"item": "Int64"})
    order = [switch.name for switch in SWITCHES.values()]
    return found.sort_values(
        ["switch", "value", *axes],
        key=lambda values: values.map(order.index) if values.name == "switch" else values,
        ignore_index=True,
    )


def without_base(table: pd.DataFrame) -> list[str]:
    """The cells with an override whose base the table lacks, as task/…/override."""
    cells = set(table.groupby(list(CELL_AXES)).groups)
    return sorted("/".join(names) for names in cells if _base(names) not in cells)


def not_run(found: pd.DataFrame) -> list[tuple[Switch, str]]:
    """The switches and the alternatives that no row of `effects` has, in the order of items."""
    pairs = set(zip(found["switch"], found["value"], strict=True))
    return [
        (switch, value)
        for switch in SWITCHES.values()
        for value in switch.alternatives
        if (switch.name, value) not in pairs
    ]


def to_markdown(found: pd.DataFrame, table: pd.DataFrame) -> str:
    """`effects` of a tidy table as Markdown, and what was not run or is left out."""
    shown = found[["item", "switch"]].astype("string").fillna("–")
    shown["change"] = found["base_value"] + " → " + found["value"]
    shown[["standin", *CELL_AXES[:-1], "n"]] = found[["standin", *CELL_AXES[:-1], "n"]]
    for name in ACCURACIES:
        shown[f"{name} before"] = found[f"{name}_base"].map("{:.1f}".format, na_action="ignore")
        ends = (found[f"{name}_{part}"] for part in ("difference", "low", "high"))
        shown[f"{name} change"] = [
            interval_text(*values, form="+.1f") for values in zip(*ends, strict=True)
        ]
    lines = [
        "# What each departure of the released code does",
        "",
        "Each row flips one switch (docs/fidelity.md) and leaves the rest. Accuracies are means",
        "over the last 50 rounds (half of a run shorter than 100), in %; changes are in points,",
        "paired by seed, mean [95 % interval of the paired t-test, cut at ±100].",
        "",
    ]
    if found["standin"].any():
        lines += ["**STAND-IN DATA** in the rows marked `standin`: not the paper's data.", ""]
    lines += [shown.to_markdown(index=False, disable_numparse=True), ""]
    lines += _audit_lines(table)
    missing = [f"{switch.name} = {value}" for switch, value in not_run(found)]
    lines += [f"Not run: {', '.join(missing)}.", ""] if missing else []
    if unpaired := without_base(table):
        lines += [f"Without a base to compare with: {', '.join(unpaired)}.", ""]
    lines += [line for note in unattacked_note(table) for line in (note, "")]
    return "\n".join(lines)


def _base(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names[:-1], DEFAULT)


def _flipped(name: str, cell: pd.Series, base: pd.Series) -> str:
    """The column of the one switch in which `cell` differs from `base`."""
    for key in ("standin", "rounds"):
        if cell[key] != base[key]:
            raise DataError(
                f"ablation: {name} and its base differ in {key} ({cell[key]}, {base[key]})"
            )
    changed = [column for column in SWITCHES if _text(cell[column]) != _text(base[column])]
    if len(changed) != 1:
        raise DataError(
            f"ablation: {name} differs from its base in {', '.join(changed) or 'no switch'}; "
            f"expected exactly one of {', '.join(SWITCHES)}"
        )
    return changed[0]


def _differences(
    name: str, cell: pd.DataFrame, base: pd.DataFrame, without: Collection[int]
) -> dict[str, float]:
    """n, and base, difference, low and high of each accuracy, `without` some seeds.

    The tables are indexed by seed.
    """
    seeds = cell.index.intersection(base.index)
    if seeds.empty:
        raise DataError(f"ablation: {name} and its base have no seed in common")
    seeds = seeds.difference(list(without))
    row: dict[str, float] = {"n": len(seeds)}
    for accuracy, column in ACCURACIES.items():
        paired = cell.loc[seeds, column] - base.loc[seeds, column]
        row[f"{accuracy}_base"] = base.loc[seeds, column].mean()
        row[f"{accuracy}_difference"] = mean = paired.mean()
        low, high = difference_ends(len(seeds), mean, paired.sem(), POINTS)
        row |= {f"{accuracy}_low": float(low), f"{accuracy}_high": float(high)}
    return row


def _columns() -> list[str]:
    parts = ("base", "difference", "low", "high")
    front = ["item", "switch", "base_value", "value", "standin", *CELL_AXES, "n"]
    effect = [f"{accuracy}_{part}" for accuracy in ACCURACIES for part in parts]
    audits = [f"{_audit_name(column)}{part}" for column in AUDITS for part in ("_base", "")]
    return [*front, *effect, *audits]


def _audit_name(column: str) -> str:
    return column.removeprefix("audits.")


def _audited(table: pd.DataFrame) -> pd.DataFrame:
    """The mean over the seeds of each cell's audits, and of its last backdoor accuracy."""
    last = table.sort_values("fl_iter", kind="stable").groupby([*CELL_AXES, "seed"]).tail(1)
    columns = [ACCURACIES["backdoor"], *AUDITS]
    return last.groupby(list(CELL_AXES))[columns].agg(lambda own: own.astype("float64").mean())


def _audit_lines(table: pd.DataFrame) -> list[str]:
    """The audits of every cell that has some, as Markdown."""
    audited = _audited(table).dropna(subset=list(AUDITS)).reset_index()
    if audited.empty:
        return []
    heads = {ACCURACIES["backdoor"]: "backdoor"} | AUDITS
    shown = audited[list(CELL_AXES)].copy()
    for column, head in heads.items():
        shown[head] = audited[column].map("{:.1f}".format)
    return [
        "# Names or subject",
        "",
        "Share (%) that the model after the last round gives the attacker's label, mean over",
        "seeds: of the backdoor test lines, of these lines without the names that all of them",
        "hold, and of clean sentences of the source class with the names at their end.",
        "",
        shown.to_markdown(index=False, disable_numparse=True),
        "",
    ]


def _text(value: object) -> str:
    """A parameter as it is written: whole numbers that a table holds as floats without the .0.

    A dash for one that the cell lacks: evidence may be older than a switch.
    """
    if value is None or value != value:
        return "–"
    return value if isinstance(value, str) else f"{value:g}"
