"""The provenance page: versions, digests of code and data, and the command of every cell."""

from collections.abc import Mapping, Sequence

import pandas as pd

from edgecase.claims.table import rerun_command
from edgecase.report import facts, paging, tabular
from edgecase.report.templating import render
from edgecase.results.layout import Run
from edgecase.results.rounds import CELL_AXES


def provenance_page(
    run: str,
    configfiles: Sequence[str],
    records: Sequence[Mapping],
    starts: Mapping[str, Mapping[str, Mapping]],
) -> str:
    """The page, from the cells' records and those of the starting models (see `facts`).

    `configfiles` are the configuration files that Snakemake was given for the run.
    """
    cells = pd.DataFrame(
        [
            {
                **{axis: record[axis] for axis in CELL_AXES},
                "seeds": " ".join(map(str, record["seeds"])),
                "device": record["device"],
                "code": record["code"],
                "command": rerun_command(_path(run, record), "cell", configfiles),
            }
            for record in records
        ]
    ).astype(str)
    tables = {
        "starts": tabular.view(_starts(starts)),
        "data": tabular.view(pd.DataFrame(facts.digests(records), columns=["file", "sha256"])),
        "cells": tabular.view(cells),
    }
    context = {
        **tables,
        "paging": paging.packed() if any(view.is_long for view in tables.values()) else None,
        "run": run,
        "command": facts.command(configfiles),
        "standin": any(record["standin"] for record in records),
        "codes": facts.code_versions(records),
        "devices": facts.counted(records, "device"),
        "versions": facts.counted(records, "versions"),
    }
    return render("provenance.html", context)


def _path(run: str, record: Mapping) -> str:
    return Run(run).record("/".join(record[axis] for axis in CELL_AXES))


def _starts(starts: Mapping[str, Mapping[str, Mapping]]) -> pd.DataFrame:
    """One row per starting model: task, variant and its record, nested keys joined by dots."""
    rows = [pd.DataFrame(columns=["task", "variant"])]
    for task, variants in starts.items():
        for variant, record in variants.items():
            # One by one: together, a whole number beside an empty place would become 10.0.
            flat = pd.json_normalize({"task": task, "variant": variant, **record})
            rows.append(flat.astype(str))
    return pd.concat(rows).fillna("")
