"""Judge a defense by the cells of its grid of attacks: a page and a table."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.records import read_cell
from edgecase.results.tables import tidy
from edgecase.verdict.judge import PARAMETERS, judge
from edgecase.verdict.page import parameters_of, to_markdown


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--defense", required=True)
    parser.add_argument("--cells", required=True, type=Path, nargs="+", help="cell folders")
    parser.add_argument(
        "--configfiles", nargs="*", default=[], help="that Snakemake was given, for the page"
    )
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    parser.add_argument("--figure", required=True, type=Path, help="that the page shows")
    arguments = parser.parse_args(argv)

    verdict = judge(tidy(arguments.cells, PARAMETERS), arguments.defense)
    cells = map(read_cell, arguments.cells)
    parameters = parameters_of(cells, arguments.defense)
    with atomic_path(arguments.csv) as temporary:
        verdict.rows.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    shown = Path(os.path.relpath(arguments.figure, arguments.markdown.parent)).as_posix()
    with atomic_path(arguments.markdown) as temporary:
        page = to_markdown(verdict, parameters, shown, arguments.configfiles)
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
