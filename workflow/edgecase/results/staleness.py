"""Compare a finished cell with the files, the parameters and the code at hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edgecase.base.errors import DataError, shown
from edgecase.results.records import digests


def check_files(directory: str | Path, cell: Mapping, digest: Callable[[Path], str]) -> None:
    """Raise `DataError` if a file that the cell's record vouches for has another content.

    These are the rounds of its seeds and, at their paths from the current folder, the data it was
    made from. Data that are not there are not missed: results may be drawn where they are not.
    `cell` is what `records.read_cell` gives; `digest` gives the sha256 of a file.
    """
    path = Path(directory) / "cell.json"
    listed = {key: digests(path, cell, key) if key in cell else {} for key in ("rounds", "data")}
    rounds = {str(Path(directory) / name): own for name, own in listed["rounds"].items()}
    for name, recorded in [*rounds.items(), *listed["data"].items()]:
        if Path(name).is_file() and (found := digest(Path(name))) != recorded:
            role = "its rounds are" if name in rounds else "it was made from"
            raise DataError(
                f"{path}: {role} a {name} of sha256 {recorded[:12]}…; that file is {found[:12]}… "
                f"now. {remedy([path])}"
            )


def differences(
    cell: Mapping, *, parameters: Mapping, seeds: Sequence[int], code: str
) -> list[str]:
    """How a cell's record differs from the resolved `parameters`, the seeds and the code digest."""
    found = changes(cell, parameters=parameters, seeds=seeds, code=code)
    return [f"{key} was {was}, is {now}" for key, (was, now) in found.items()]


def changes(
    cell: Mapping, *, parameters: Mapping, seeds: Sequence[int], code: str
) -> dict[str, tuple[str, str]]:
    """What `differences` tells, by dotted key: the recorded value and the one at hand, as text."""
    made, wanted = _leaves(cell["parameters"]), _leaves(parameters)
    made |= {"seeds": sorted(cell["seeds"]), "code": cell.get("code")}
    wanted |= {"seeds": sorted(seeds), "code": code}
    return {
        key: (_told(made, key), _told(wanted, key))
        for key in dict.fromkeys([*made, *wanted])
        # Not by ==, which takes True for 1.
        if repr(made.get(key, _ABSENT)) != repr(wanted.get(key, _ABSENT))
    }


def remedy(records: Sequence[str | Path], configfiles: Sequence[str] = ()) -> str:
    """The command that makes the cells of these `cell.json` again."""
    named = " ".join(map(str, records))
    given = f" --configfile {' '.join(configfiles)}" if configfiles else ""
    return f"Made again by: snakemake --cores all --force {named}{given}"


def _leaves(values: Mapping, prefix: str = "") -> dict[str, object]:
    """Dotted path → plain value."""
    found: dict[str, object] = {}
    for key, value in values.items():
        inner = isinstance(value, Mapping) and value
        found |= _leaves(value, f"{prefix}{key}.") if inner else {f"{prefix}{key}": value}
    return found


_ABSENT = object()


def _told(values: Mapping, key: str) -> str:
    return shown(values[key]) if key in values else "absent"
