"""Compare the hyper-parameters of a run with the reported ones."""

import json
import math
import types
from collections.abc import Iterable, Mapping

import pandas as pd

from edgecase.analysis.reported import REPORTED, Reported
from edgecase.base.errors import DataError

COLUMNS = ("task", "standin", "parameter", "where", "used", "reported", "source", "same", "note")

# The axes that name a cell are its identity, not parameters of the simulation.
_IDENTITY = ("task", "participation", "case", "attack", "defense.name")
_EXPLAINING_AXES = ("attack", "defense", "case", "participation")
_ABSENT = "absent"


def compare(
    cells: Iterable[Mapping],
    starts: Mapping[str, Mapping[str, Mapping]],
    reported: Iterable[Reported] = REPORTED,
    *,
    partitions: Mapping[str, Mapping[str, Mapping[str, float]]] = types.MappingProxyType({}),
) -> pd.DataFrame:
    """One row per task, parameter and value used, with columns `COLUMNS`.

    `cells` are the contents of `cell.json`; only those with the default override count. `starts` is
    task → variant → the record of its starting model (accuracy in %, norm, num_parameters,
    recipe), and `partitions` task → variant → measures of how unequal the clients' parts are
    (`population.skew`). `where` says which cells use a value that not all cells of the task share.
    A reported value that no cell uses is listed with `used` empty. `same` is "yes" or "no", empty
    where one side is missing. Raises `DataError` if no cell has the default override.
    """
    cells = [cell for cell in cells if cell["override"] == "default"]
    if not cells:
        raise DataError("no cell has the default override; the table describes those")
    reported = tuple(reported)
    rows = []
    for task in sorted({cell["task"] for cell in cells}):
        own = [cell for cell in cells if cell["task"] == task]
        expected = [entry for entry in reported if task in entry.tasks]
        found = _start_rows(starts.get(task, {})) + _parameter_rows(own)
        found += _partition_rows(partitions.get(task, {}))
        front = {"task": task, "standin": own[0]["standin"]}
        rows += [front | row for row in _beside(found, expected)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def to_markdown(table: pd.DataFrame) -> str:
    """The table of `compare` as Markdown, one section per task."""
    lines = ["# Hyper-parameters used, beside the reported ones", ""]
    lines += ["Cells with the default override. `same` compares used with reported.", ""]
    for task, rows in table.groupby("task"):
        lines += [f"## {task}", ""]
        if rows["standin"].any():
            lines += ["**STAND-IN DATA**: nothing is reported for this task.", ""]
        shown = rows.drop(columns=["task", "standin"]).replace("", "–")
        lines += [shown.to_markdown(index=False, disable_numparse=True), ""]
    return "\n".join(lines)


def _parameter_rows(cells: list[Mapping]) -> list[dict]:
    """parameter, where, used and attacks for every value of every parameter of a task's cells."""
    flat = [(cell, _flatten(cell["parameters"])) for cell in cells]
    rows = []
    for key in dict.fromkeys(key for _, parameters in flat for key in parameters):
        if key in _IDENTITY:
            continue
        holders: dict[str, list[Mapping]] = {}
        for cell, parameters in flat:
            value = json.dumps(parameters[key]) if key in parameters else _ABSENT
            holders.setdefault(value, []).append(cell)
        rows += [
            {
                "parameter": key,
                "where": _where(value, holders),
                "used": json.loads(value),
                "attacks": {cell["attack"] for cell in users},
            }
            for value, users in holders.items()
            if value != _ABSENT
        ]
    return rows


def _start_rows(variants: Mapping[str, Mapping]) -> list[dict]:
    rows = []
    for variant, record in sorted(variants.items()):
        where = "" if variant == "default" else f"start: {variant}"
        for key in ("num_parameters", "accuracy", "norm", "recipe"):
            if key in record:
                value = record[key]
                used = json.dumps(value) if isinstance(value, Mapping) else value
                row = {"parameter": f"start.{key}", "where": where, "used": used}
                rows.append(row | {"attacks": set()})
    return rows


def _partition_rows(variants: Mapping[str, Mapping[str, float]]) -> list[dict]:
    return [
        {
            **{"parameter": f"clients.{name}", "used": float(f"{value:.4g}"), "attacks": set()},
            "where": "" if variant == "default" else f"partition: {variant}",
        }
        for variant, measures in sorted(variants.items())
        for name, value in measures.items()
        if name not in ("clients", "samples")
    ]


def _where(value: str, holders: Mapping[str, list[Mapping]]) -> str:
    """Which cells use `value`: the settings of the one axis that explains it, or every cell."""
    if len(holders) == 1:
        return ""
    others = [cell for other, cells in holders.items() if other != value for cell in cells]
    for axis in _EXPLAINING_AXES:
        mine = {cell[axis] for cell in holders[value]}
        if mine.isdisjoint(cell[axis] for cell in others):
            return f"{axis}: {', '.join(sorted(mine))}"
    names = {" / ".join(cell[axis] for axis in _EXPLAINING_AXES) for cell in holders[value]}
    return "; ".join(sorted(names))


def _beside(found: list[dict], expected: list[Reported]) -> list[dict]:
    rows, matched = [], set()
    for row in found:
        attacks = row.pop("attacks")
        entries = [
            entry
            for entry in expected
            if entry.parameter == row["parameter"]
            and (not entry.attacks or attacks.intersection(entry.attacks))
        ]
        matched.update(entries)
        rows += [row | _reported(entry) | {"same": _same(row["used"], entry)} for entry in entries]
        if not entries:
            rows.append(row | {"reported": "", "source": "", "same": "", "note": ""})
    for entry in expected:
        if entry not in matched:
            where = f"attack: {', '.join(entry.attacks)}" if entry.attacks else ""
            unused = {"parameter": entry.parameter, "where": where, "used": "", "same": ""}
            rows.append(unused | _reported(entry))
    return rows


def _reported(entry: Reported) -> dict:
    return {"reported": entry.value, "source": entry.source, "note": entry.note}


def _same(used: object, entry: Reported) -> str:
    if isinstance(used, int | float) and isinstance(entry.value, int | float):
        # Accuracies and norms are printed with few digits, parameters are exact: 1e-4 tells both.
        return "yes" if math.isclose(used, entry.value, rel_tol=1e-4) else "no"
    return "yes" if used == entry.value else "no"


def _flatten(parameters: Mapping, prefix: str = "") -> dict:
    flat = {}
    for key, value in parameters.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
