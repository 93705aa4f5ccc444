"""Show one table of a run as a page; a long one to filter, sort and export."""

from pathlib import Path

import pandas as pd

from edgecase import densities
from edgecase.analysis.measures import MEASURES
from edgecase.base.errors import DataError
from edgecase.base.tables import read_table
from edgecase.report import claims, paging, tabular
from edgecase.report.templating import render
from edgecase.results.rounds import CELL_AXES
from edgecase.results.tables import TIDY_COLUMNS

#: largest size of a page. Snakemake's report gives a page as an address, in base64, and Chromium
#: opens no address longer than 2 MiB.
MOST_BYTES = 1_500_000

_SHARED = ("standin", *CELL_AXES, "seeds", "rounds", "window")


def table_page(path: str | Path, title: str, summary: str | Path | None = None) -> str:
    """The page of the CSV at `path`, with as many of its rows as `MOST_BYTES` hold.

    What the page shows of a table depends on its columns: of a claims table, each test with what
    was measured in one column; of figure 2's densities, quantiles of each set; of a tidy table,
    with `summary` (the run's table of that name), each cell's line of the summary and its
    parameters; else the rows as they are. Raises `DataError`, naming the file, for a table that
    cannot be read and for a cell that the summary lacks.
    """
    path = Path(path)
    table = read_table(path, "CSV")
    columns = set(table.columns)
    meanings, row = MEASURES, ""
    if columns == set(claims.COLUMNS):
        shown = claims.by_test(claims.read_claims(path))
        meanings = claims.COLUMNS | claims.TEST_COLUMNS
        row = "One row per test of a claim."
    elif columns == set(densities.COLUMNS):
        shown = _quantiles(table, path)
        meanings = densities.COLUMNS
        row = "Log-density of each set's images: how many, and quantiles."
    elif summary is not None and set(TIDY_COLUMNS) <= columns:
        shown = _per_cell(table, path, read_table(summary, "CSV"), Path(summary))
        row = "One row per cell of the figure: mean over seeds [95 % t-interval]."
    else:
        shown = table
    context = {
        "title": title,
        "path": path.as_posix(),
        "name": path.stem,
        "row": row,
        "num_rows": len(table),
        "standin": "standin" in table and (table["standin"] == "True").any(),
    }
    fitting = len(shown)
    while True:
        view = tabular.view(shown.head(fitting), meanings, _SHARED)
        held = {"view": view, "cut": fitting < len(shown)}
        held["paging"] = paging.packed() if view.is_long else None
        page = render("page.html", context | held)
        size = len(page.encode("utf-8"))
        if size <= MOST_BYTES or fitting == 0:
            return page
        fitting = min(fitting - 1, fitting * MOST_BYTES // size)


def _quantiles(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Images and quantiles of their log-density, per task, seed and set, as text."""
    try:
        numbers = table.assign(log_density=pd.to_numeric(table["log_density"]))
    except ValueError as error:
        raise DataError(f"{path}: a log_density is no number ({error})") from error
    sets = numbers.groupby(["task", "standin", "group", "set", "seed"], sort=False)["log_density"]
    found = pd.DataFrame({"images": sets.size()})
    for percent in (5, 25, 50, 75, 95):
        found[f"{percent} %"] = sets.quantile(percent / 100).map("{:.6g}".format)
    return found.reset_index().astype(str)


def _per_cell(
    table: pd.DataFrame, path: Path, summary: pd.DataFrame, summary_path: Path
) -> pd.DataFrame:
    """The summary's line of each cell in a figure's table, with the table's parameter columns."""
    axes = list(CELL_AXES)
    if not set(axes) <= set(summary.columns):
        raise DataError(f"{summary_path}: lacks the axes of a cell, {', '.join(axes)}")
    parameters = [name for name in table.columns if name not in TIDY_COLUMNS]
    cells = table[[*axes, *parameters]].drop_duplicates(axes)
    joined = cells.merge(summary, on=axes, how="left", indicator="found")
    missing = joined.loc[joined["found"] == "left_only", axes]
    if len(missing):
        raise DataError(f"{summary_path}: lacks the cell {'/'.join(missing.iloc[0])} of {path}")
    columns = [name for name in summary.columns if name not in axes]
    return joined[[*axes, *parameters, *columns]]
