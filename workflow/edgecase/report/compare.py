"""Compare two cells, or the cells that two runs share: parameters, and differences by seed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from edgecase.analysis.intervals import difference_ends, interval_text
from edgecase.analysis.measures import MEASURES
from edgecase.analysis.ranges import range_of
from edgecase.analysis.summary import measures
from edgecase.base.errors import DataError
from edgecase.results.attacks import unattacked
from edgecase.results.records import read_cell
from edgecase.results.rounds import CELL_AXES
from edgecase.results.tables import tidy

#: measures of the table of two runs, which has a line per cell.
HEADLINES = ("backdoor_last", "main_last")


@dataclass(frozen=True)
class Pair:
    """Two cells: `name`, the folders of A and B, what differs of their parameters, their measures.

    `parameters` maps a dotted key to (A's value, B's value) as text, a dash where one has no such
    key; the digests of code and data stand among them. `differences` has one row per measure that
    both have: n, a, b, difference, low, high. `a` and `b` are means over the n seeds that both have
    and in which an attacker acted, if one should; the difference is B − A paired by seed, with the
    95 % interval of the paired t-test.
    """

    name: str
    a: Path
    b: Path
    standin: bool
    parameters: Mapping[str, tuple[str, str]]
    differences: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """The pairs of two cells or of two runs, and the cells that one run alone has."""

    a: Path
    b: Path
    pairs: tuple[Pair, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()


def compare(a: str | Path, b: str | Path) -> Comparison:
    """Compare two folders, both of a cell or both of a run (`results/<run>`).

    Two cells make a pair whatever they are; the cells of two runs are paired by their axes. Raises
    `DataError`, naming the folder, for one that is neither, for a cell that cannot be read, for
    runs without a cell in common, and for cells without a seed in common.
    """
    sides = Path(a), Path(b)
    single = [Path(side, "cell.json").is_file() for side in sides]
    if all(single):
        name = " and ".join(dict.fromkeys(map(_name, sides)))
        return Comparison(*sides, (_pair(name, *sides),))
    if any(single):
        raise DataError(f"{a} and {b}: one is a cell and one is not; give two cells or two runs")
    ours, theirs = ({_name(folder): folder for folder in _cells(side)} for side in sides)
    shared = [name for name in ours if name in theirs]
    if not shared:
        raise DataError(f"{a} and {b}: have no cell in common")
    return Comparison(
        *sides,
        tuple(_pair(name, ours[name], theirs[name]) for name in shared),
        tuple(name for name in ours if name not in theirs),
        tuple(name for name in theirs if name not in ours),
    )


def _cells(run: Path) -> list[Path]:
    found = sorted(path.parent for path in Path(run, "cells").rglob("cell.json"))
    if not found:
        raise DataError(f"{run}: is neither a cell's folder (cell.json) nor a run's (cells/)")
    return found


def _name(folder: Path) -> str:
    record = read_cell(folder)
    return "/".join(record[axis] for axis in CELL_AXES)


def _pair(name: str, a: Path, b: Path) -> Pair:
    records = read_cell(a), read_cell(b)
    left, right = (_told(record) for record in records)
    keys = sorted({*left, *right})
    changed = {key: (left.get(key, "–"), right.get(key, "–")) for key in keys}
    return Pair(
        name=name,
        a=a,
        b=b,
        standin=any(record["standin"] for record in records),
        parameters={key: two for key, two in changed.items() if two[0] != two[1]},
        differences=_differences(a, b),
    )


def _told(record: Mapping) -> dict[str, str]:
    """A cell's parameters, the digest of its code, and those of its files."""
    data = {f"data.{name}": digest[:12] for name, digest in record.get("data", {}).items()}
    code = {"code": record["code"]} if "code" in record else {}
    return dict(_flat(record["parameters"])) | code | data


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested parameters as (dotted key, value as JSON)."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, json.dumps(value)


def _differences(a: Path, b: Path) -> pd.DataFrame:
    left, right = _by_seed(a), _by_seed(b)
    seeds = left.index.intersection(right.index)
    if seeds.empty:
        raise DataError(f"{a} and {b}: have no seed in common in which an attacker acted")
    rows = {}
    for name in MEASURES:
        both = pd.DataFrame({"a": left.loc[seeds, name], "b": right.loc[seeds, name]}).dropna()
        if both.empty:
            continue
        paired = both["b"] - both["a"]
        limits = range_of(name)
        low, high = difference_ends(len(both), paired.mean(), paired.sem(), limits.minus(limits))
        rows[name] = {
            **{"n": len(both), "a": both["a"].mean(), "b": both["b"].mean()},
            **{"difference": paired.mean(), "low": float(low), "high": float(high)},
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"n": int})


def _by_seed(folder: Path) -> pd.DataFrame:
    """The measures of a cell by seed, without the seeds in which no attacker acted."""
    table = read_curves(folder)
    without = [seed for seeds in unattacked(table).values() for seed in seeds]
    return measures(table).set_index("seed").drop(index=without, errors="ignore")


def read_curves(folder: Path) -> pd.DataFrame:
    """A cell's rounds as `results.tables.tidy` has them; its data need not be here."""
    return tidy([folder], ["seated_client"], data_here=False)


def parameter_table(comparison: Comparison) -> pd.DataFrame:
    """One line per parameter and pair of values that differ: parameter, A, B, cells."""
    counts: dict[tuple[str, str, str], int] = {}
    for pair in comparison.pairs:
        for key, two in pair.parameters.items():
            counts[key, *two] = counts.get((key, *two), 0) + 1
    rows = [(*key, str(count)) for key, count in counts.items()]
    table = pd.DataFrame(rows, columns=["parameter", "A", "B", "cells"])
    return table.drop(columns="cells") if len(comparison.pairs) == 1 else table


def difference_table(comparison: Comparison) -> pd.DataFrame:
    """As text, of two cells a line per measure; of two runs a line per cell with `HEADLINES`."""
    if len(comparison.pairs) == 1:
        (pair,) = comparison.pairs
        lines = [
            {"measure": name, "seeds": f"{row['n']:.0f}", **_shown(row, "")}
            for name, row in pair.differences.iterrows()
        ]
    else:
        lines = [
            {"cell": pair.name, "seeds": f"{pair.differences['n'].max()}"}
            | {
                key: text
                for name in HEADLINES
                for key, text in _shown(pair.differences.loc[name], f"{name}: ").items()
            }
            for pair in comparison.pairs
        ]
    return pd.DataFrame(lines)


def _shown(row: pd.Series, front: str) -> dict[str, str]:
    change = interval_text(row["difference"], row["low"], row["high"], "+.3g")
    return {f"{front}A": f"{row['a']:.4g}", f"{front}B": f"{row['b']:.4g}", f"{front}B − A": change}
