"""Check, before the first job, that a run can end, and that what it finds finished is its own."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import require_writable
from edgecase.datasets.availability import by_hand, out_of_reach
from edgecase.datasets.sources import load_sources
from edgecase.pipeline.checked import refusal
from edgecase.plan.edits import Due, costs, never_made
from edgecase.plan.speed import Machine
from edgecase.plan.warning import long_run, more_even_than_iid, slow_bf16
from edgecase.results import staleness
from edgecase.results.cells import Cell
from edgecase.results.records import read_cell
from edgecase.results.trackers import require


def unwritable(folders: Iterable[str]) -> str | None:
    """What to tell of the first folder that cannot be written; None if all can."""
    for folder in folders:
        try:
            require_writable(folder)
        except DataError as error:
            return f"The run cannot be written:\n  - {error}"
    return None


def unreachable(waiting: Collection[str], mirror: str | None) -> str | None:
    """What to do for the sources `waiting` for a download that can come from nowhere, or None.

    All are named before the first job, and not one by one as their jobs fail.
    """
    if not waiting:
        return None
    known = load_sources("config/sources.yaml")
    folder = Path(mirror) if mirror else None
    lacking = out_of_reach([known[name] for name in known if name in waiting], folder)
    names = ", ".join(source.name for source in lacking)
    told = f"Data that is not here, and no address answers: {names}\n{by_hand(lacking, folder)}"
    return told if lacking else None


def stale(
    cells: Iterable[tuple[str, str, str]], seeds: Sequence[int], configfiles: Sequence[str]
) -> str | None:
    """What to tell of finished cells that this run may read and would make otherwise, or None.

    `cells` are the path of each record, the parameters as JSON and the digest of the code.
    Snakemake makes such cells again by itself, unless it was told to let them be (`--touch`,
    `--rerun-triggers`) or they were copied from elsewhere.
    """
    found = {}
    for record, parameters, code in cells:
        try:
            about = staleness.differences(
                read_cell(Path(record).parent),
                parameters=json.loads(parameters),
                seeds=seeds,
                code=code,
            )
        except DataError as error:
            about = [str(error).removeprefix(f"{record}: ")]
        if about:
            found[record] = "; ".join(about)
    if not found:
        return None
    told = "\n".join(f"  - {record}: {found[record]}" for record in sorted(found))
    return (
        f"Finished cells that this configuration and code would make otherwise:\n{told}\n"
        f"{staleness.remedy(sorted(found), configfiles)}"
    )


def trackerless(trackers: Sequence[str]) -> str | None:
    """What to tell if the package of one of the `trackers` is not installed here, or None."""
    try:
        require(trackers)
    except ConfigError as error:
        return refusal(error.problems)
    return None


def deviceless(device: str) -> str | None:
    """What to tell if this machine lacks the CUDA `device` that was asked for, or None."""
    if not device.startswith("cuda"):
        return None
    # Torch takes seconds to load.
    from edgecase.machine.device import choose_device

    try:
        choose_device(device)
    except ConfigError as error:
        return refusal(error.problems)
    return None


def edits(
    config: Mapping,
    results: str,
    due: Iterable[tuple[Cell, str, str]],
    seeds: Sequence[int],
    *,
    cores: int,
    gpu_jobs: int,
) -> list[str]:
    """What the cells `due` cost on this machine: a line per kind of change, and one on new cells.

    `due` are (cell, its parameters as JSON, the digest of its code).
    """
    machine = Machine.of(config, cores, gpu_jobs)
    listed = [
        Due(cell, Path(results, "cells", cell.folder), json.loads(parameters), code)
        for cell, parameters, code in due
    ]
    lines, new = costs(listed, seeds, machine.jobs)
    return [*lines, never_made(config, Path(results), new, machine)] if new else lines


def advice(
    config: Mapping, results: str, cells: Sequence[Cell], *, cores: int, gpu_jobs: int
) -> list[str]:
    """What whoever starts `cells` on this machine should know."""
    told = (
        ask(config, Path(results), cells, cores=cores, gpu_jobs=gpu_jobs)
        for ask in (long_run, slow_bf16, more_even_than_iid)
    )
    return [text for text in told if text]
