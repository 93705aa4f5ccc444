"""Tabulate what every figure and the whole run cost."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecase.plan.speed import Calibration
from edgecase.plan.work import Job, Work, jobs, parts
from edgecase.results.cells import Cell, all_cells

#: column → meaning.
COLUMNS = {
    "part": "figure, `beyond the figures`, `whole run`, or `still to run`",
    "cells": "cells; one that several figures show counts in each, and once in the whole run",
    "starting_models": "starting models that these cells need",
    "client_trainings": "local trainings of honest clients and attackers, over all seeds; the prox "
    "attack's anchor is one more",
    "local_steps": "SGD steps of these and of the starting models",
    "training_samples": "samples of these steps together",
    "evaluated_images": "clean and backdoor test images over all evaluations",
    "operations": "floating-point operations",
    "hours": "estimated hours on this device",
}

Row = dict[str, Any]


def table(config: Mapping, results: Path, calibration: Calibration) -> list[Row]:
    """One row (`COLUMNS`) per figure, then the whole run, each cell once, and what is left of it.

    `results` is the run's folder: a cell or a starting model whose file is there is done.
    """
    cells = all_cells(config)
    left = remaining(config, results, unfinished(config, results))
    rows = [
        _row(name, jobs(config, chosen), calibration)
        for name, chosen in [*parts(config).items(), ("whole run", cells)]
    ]
    return [*rows, _row("still to run", left, calibration)]


def unfinished(config: Mapping, results: Path) -> list[Cell]:
    """The cells of the run without a `cell.json`, which is written last."""
    return [
        cell
        for cell in all_cells(config)
        if not (results / "cells" / cell.folder / "cell.json").exists()
    ]


def remaining(config: Mapping, results: Path, cells: Sequence[Cell]) -> list[Job]:
    """The jobs of `cells`, whether they ran before or not, and of the starting models they lack."""
    found = jobs(config, cells)
    return [job for job in found if job.is_cell or not (results / job.output).exists()]


def hours(chosen: Sequence[Job], calibration: Calibration) -> float:
    """Hours until `chosen` are done, with as many at once as the calibration had."""
    at_once = max(1, min(calibration.key["jobs"], len(chosen)))
    return sum(calibration.seconds(job) for job in chosen) / at_once / 3600


def to_markdown(run: str, rows: Sequence[Row], calibration: Calibration) -> str:
    """The table of a run, and how it was estimated."""
    key = calibration.key
    lines = [
        f"# What the run `{run}` costs",
        "",
        "| part | cells | starting models | client trainings | local steps | operations | time |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shown = [
            *(row["part"], f"{row['cells']:,}", f"{row['starting_models']:,}"),
            *(f"{row['client_trainings']:,}", f"{row['local_steps']:,}"),
            *(f"{row['operations']:.2g}", duration(row["hours"])),
        ]
        lines.append("| " + " | ".join(shown) + " |")
    return "\n".join(
        [
            *lines,
            "",
            f"An estimate for this device: {calibration.device} ({key['hardware']}; jobs at once: "
            f"{key['jobs']}; threads of a job: {key['threads']}), from a few timed steps and "
            "evaluations of every model on it, with as many processes at once as jobs. A cell that "
            "several figures show counts in each of them, and once in the whole run. Aggregation, "
            "data and drawing are not in it.",
            "",
        ]
    )


def duration(hours: float) -> str:
    """Hours as a person says them: minutes below one hour, days above two; 0 for no time alone."""
    if hours < 1:
        return f"{max(int(hours > 0), round(60 * hours))} min"
    return f"{hours:.1f} h" if hours <= 48 else f"{hours / 24:.1f} days"


def _row(name: str, chosen: Sequence[Job], calibration: Calibration) -> Row:
    work = sum((job.work for job in chosen), Work())
    values = (
        name,
        sum(job.is_cell for job in chosen),
        sum(not job.is_cell for job in chosen),
        *(round(value) for value in (work.trainings, work.steps, work.samples, work.evaluated)),
        float(sum(calibration.operations(job) for job in chosen)),
        hours(chosen, calibration),
    )
    return dict(zip(COLUMNS, values, strict=True))
