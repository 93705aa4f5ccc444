"""Gather what the records of a run's cells say: tasks, data, hardware, code, time."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecase.base.errors import DataError, shown
from edgecase.datasets import DATASETS, EDGE_SETS, AnyDataset, EdgeSet, authors_start
from edgecase.datasets.base import Prepared
from edgecase.datasets.folders import register
from edgecase.datasets.sources import Source
from edgecase.results.records import read_cell
from edgecase.results.rounds import read_timing

_REQUIRED = {"data": dict, "code": str, "versions": dict, "device": str}
#: parameters of a cell that are shown, and what each may be.
_SHOWN = {
    "dataset": DATASETS,
    "edge_set": EDGE_SETS,
    "model": dict,
    "num_clients": int,
    "clients_per_round": int,
}

#: the terms of what is embedded in the project.
OWN_LICENCE = "as its code"


@dataclass(frozen=True)
class Task:
    """One line on a task: how it was run, and the accuracy its cells start from."""

    name: str
    standin: bool
    trick: str
    model: str
    clients: str
    rounds: str
    num_cells: int
    start: str


@dataclass(frozen=True)
class Images:
    """Where samples come from: a download with its terms, or what is embedded in the project."""

    name: str
    title: str
    used_for: str
    licence: str
    homepage: str
    cite: str
    standin: bool


def command(configfiles: Sequence[str]) -> str:
    """What makes a run again, with the configuration files that Snakemake was given for it."""
    given = ["--configfile", *configfiles] if configfiles else []
    return shlex.join(["snakemake", "--cores", "all", *given])


def read_records(paths: Iterable[str | Path]) -> list[dict]:
    """The files `cell.json`; `DataError`, naming the file, if one lacks what is shown."""
    records = []
    for path in map(Path, paths):
        record = read_cell(path.parent)
        for key, kind in _REQUIRED.items():
            if not isinstance(record.get(key), kind):
                raise DataError(f"{path}: {key} is {record.get(key)!r}; expected a {kind.__name__}")
        for key in ("data", "versions"):
            if not all(isinstance(text, str) for text in record[key].values()):
                raise DataError(f"{path}: {key} is {shown(record[key])}; expected a text per name")
        register(record["parameters"].get("folders"))
        _check_shown(path, record["parameters"])
        records.append(record)
    if not records:
        raise DataError("no record of a cell is given; expected at least one")
    return records


def _check_shown(path: Path, parameters: Mapping) -> None:
    for key, allowed in _SHOWN.items():
        value = parameters.get(key)
        if isinstance(allowed, type):
            sound, expected = isinstance(value, allowed), f"a {allowed.__name__}"
        else:
            sound = isinstance(value, str) and value in allowed
            expected = f"one of {', '.join(allowed)}"
        if not sound:
            raise DataError(f"{path}: parameters.{key} is {shown(value)}; expected {expected}")
    model = parameters["model"]
    if not (isinstance(model.get("name"), str) and isinstance(model.get("width"), int | float)):
        raise DataError(f"{path}: parameters.model is {shown(model)}; expected a name and a width")


def hours(paths: Iterable[str | Path]) -> float:
    """Hours of all rounds in files `seed<S>.timing.csv`: training, defense and evaluation.

    Raises `DataError`, naming the file, for one that cannot be read.
    """
    seconds = [read_timing(path).drop(columns="fl_iter").to_numpy().sum() for path in paths]
    return float(sum(seconds)) / 3600


def tasks(records: Sequence[Mapping], starts: Mapping[str, Mapping[str, Mapping]]) -> list[Task]:
    """A line per task, by name; its values are those of cells with the default override."""
    return [
        _task(name, [record for record in records if record["task"] == name], starts.get(name, {}))
        for name in sorted({record["task"] for record in records})
    ]


def _task(name: str, own: Sequence[Mapping], starts: Mapping[str, Mapping]) -> Task:
    plain = [record for record in own if record["override"] == "default"] or own
    values = plain[0]["parameters"]
    width = values["model"]["width"]
    start = starts.get("default") or next(iter(starts.values()), {})
    seeds = sorted({seed for record in own for seed in record["seeds"]})
    return Task(
        name=name,
        standin=own[0]["standin"],
        trick=_trick(DATASETS[values["dataset"]], EDGE_SETS[values["edge_set"]]),
        model=values["model"]["name"] + ("" if width == 1 else f", width × {width:g}"),
        clients=f"{values['clients_per_round']} of {values['num_clients']}",
        rounds=f"{values['rounds']} × {len(seeds)} seed{'s' if len(seeds) > 1 else ''}",
        num_cells=len(own),
        start=f"{start['accuracy']:.1f} %" if "accuracy" in start else "–",
    )


def _trick(dataset: AnyDataset, edge_set: EdgeSet) -> str:
    """What the attacker makes of what: source and target class, where samples have classes."""
    if not dataset.class_names:
        return f"sentences about {edge_set.name} → their last words"
    source, target = edge_set.source_class, edge_set.target_class
    return f"{dataset.class_names[source]} → {dataset.class_names[target]}"


def images(records: Sequence[Mapping], described: Mapping[str, Source]) -> list[Images]:
    """The data sets and published models that the cells use; `described` are the downloads."""
    used: dict[str, list[str]] = {}
    entries: dict[str, Prepared] = {}
    for record in records:
        values = record["parameters"]
        for kind, entry in (
            ("images", DATASETS[values["dataset"]]),
            ("edge cases", EDGE_SETS[values["edge_set"]]),
        ):
            for name in entry.sources or [entry.name]:
                entries[name] = entry
                used.setdefault(name, []).append(f"{kind} of {record['task']}")
        start = authors_start(values["model"]["name"], values["dataset"])
        if start and values.get("start") == "authors":
            entries[start] = DATASETS[values["dataset"]]
            used.setdefault(start, []).append(f"starting model of {record['task']}")
    return [
        _images(name, ", ".join(dict.fromkeys(uses)), described.get(name), entries[name])
        for name, uses in used.items()
    ]


def _images(name: str, used_for: str, source: Source | None, entry: Prepared) -> Images:
    if source:
        about = (source.licence, source.homepage, source.cite)
        return Images(name, source.title, used_for, *about, entry.standin)
    if entry.own:
        about = (f"{name}, a folder of one's own", used_for, "not known here")
        return Images(name, *about, "", "", standin=False)
    about = (f"{name}, embedded in this project", used_for, OWN_LICENCE)
    return Images(name, *about, "", "", entry.standin)


def code_versions(records: Iterable[Mapping]) -> tuple[int, int]:
    """How many digests of code the cells have, and how many versions of the code that takes.

    A digest covers a cell's own attack, defense and model, so cells that differ in these differ in
    it, at one version as well.
    """
    found: dict[tuple, set[str]] = {}
    for record in records:
        own = (record["attack"], record["defense"], record["parameters"]["model"]["name"])
        found.setdefault(own, set()).add(record["code"])
    return len(set().union(*found.values())), max(map(len, found.values()), default=0)


def counted(records: Iterable[Mapping], key: str) -> list[tuple[str, int]]:
    """The values of a record's key as text, with how many cells have each, the most first."""
    return Counter(_text(record[key]) for record in records).most_common()


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {version}" for name, version in value.items())
    return str(value)


def digests(records: Iterable[Mapping]) -> list[tuple[str, str]]:
    """(file, sha256) of every input of every cell, sorted; one file twice if cells disagree."""
    return sorted({pair for record in records for pair in record["data"].items()})
