"""Write the first page: the figures, what is claimed, what was run on what data and hardware."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from edgecase.base.durations import duration
from edgecase.base.errors import DataError
from edgecase.claims.model import FAILS, HOLDS, NOT_RUN, UNDECIDED
from edgecase.datasets.sources import Source
from edgecase.report import facts
from edgecase.report.claims import overview
from edgecase.report.templating import render


def front_page(
    run: str,
    about: str,
    configfiles: Sequence[str],
    claims: pd.DataFrame | None,
    records: Sequence[Mapping],
    starts: Mapping[str, Mapping[str, Mapping]],
    described: Mapping[str, Source],
    hours: float,
    figures: Sequence[tuple[str, str]],
    pages: Sequence[tuple[str, str]],
) -> str:
    """The first page as an HTML fragment, which Snakemake's report shows when it is opened.

    `about` is what the configuration says a reader sees; it may be empty.
    `configfiles` are the configuration files that Snakemake was given for the run. `claims` is the
    table that `claims.read_claims` reads, or None where the page is that of one figure; `records`
    and `starts` are what `facts` reads, `described` the downloads by name, `hours` the rounds' wall
    time. `figures` and `pages` are (path of the result in the report, title), in order; the first
    figure is shown large.
    """
    tasks = facts.tasks(records, starts)
    lines = None if claims is None else overview(claims)
    context = {
        "run": run,
        "about": about,
        "command": facts.command(configfiles),
        "standins": [task.name for task in tasks if task.standin],
        "all_standin": all(task.standin for task in tasks),
        "judged": [] if lines is None else judged(lines),
        "not_run": 0 if lines is None else int((lines["verdict"] == NOT_RUN).sum()),
        "tasks": tasks,
        "num_cells": len(records),
        "num_rounds": sum(
            record["parameters"]["rounds"] * len(record["seeds"]) for record in records
        ),
        "duration": duration(3600 * hours),
        "devices": facts.counted(records, "device"),
        "versions": facts.counted(records, "versions"),
        "codes": facts.code_versions(records),
        "images": facts.images(records, described),
        "figures": figures,
        "opens": {Path(path).stem: path for path, _ in figures},
        "pages": pages,
    }
    return render("front.html", context)


def judged(lines: pd.DataFrame) -> list[tuple[str, list[dict]]]:
    """The claims (see `claims.overview`) that have a verdict: each verdict with its claims."""
    groups = ((name, lines[lines["verdict"] == name]) for name in (HOLDS, FAILS, UNDECIDED))
    return [(name, own.to_dict("records")) for name, own in groups if len(own)]


def caption_title(path: str | Path) -> str:
    """The first sentence of a caption, without its markup; `DataError` if it has none."""
    try:
        written = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 ({error})") from error
    text = " ".join(re.sub(r"[*`]+", "", written).split())
    sentence = re.match(r"(.+?)[.:](?= |$)", text)
    if not sentence:
        raise DataError(f"{path}: expected a caption that begins with a sentence")
    return sentence[1]
