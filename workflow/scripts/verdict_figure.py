"""Draw what each attack of a verdict reaches, from the verdict's table."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.tables import read_table
from edgecase.claims.words import PASSES_FROM, STOPPED_TO
from edgecase.figures import page, style, verdict
from edgecase.results.rounds import CELL_AXES
from edgecase.verdict.judge import COLUMNS


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--defense", required=True)
    parser.add_argument("--table", required=True, type=Path, help="of the verdict (.csv)")
    parser.add_argument("--pdf", required=True, type=Path)
    parser.add_argument("--png", required=True, type=Path)
    page.add_looks(parser)
    arguments = parser.parse_args(argv)

    types = dict.fromkeys(CELL_AXES, "str")
    rows = read_table(arguments.table, "table of a verdict", COLUMNS, types=types)
    with style.using(arguments.looks):
        figure = verdict.draw(rows, arguments.defense, STOPPED_TO, PASSES_FROM)
        page.save(figure, pdf=arguments.pdf, png=arguments.png)


if __name__ == "__main__":
    command.run(main)
