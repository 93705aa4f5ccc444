"""Draw one figure of the paper from its tidy table."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import figures
from edgecase.base import command
from edgecase.figures import page, style
from edgecase.results.tables import read_tidy


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, choices=figures.FIGURES)
    parser.add_argument("--table", required=True, type=Path, help="tidy table (.csv)")
    parser.add_argument("--pdf", required=True, type=Path)
    parser.add_argument("--png", required=True, type=Path)
    page.add_looks(parser)
    arguments = parser.parse_args(argv)

    with style.using(arguments.looks):
        figure = figures.draw(arguments.name, read_tidy(arguments.table))
        page.save(figure, pdf=arguments.pdf, png=arguments.png)


if __name__ == "__main__":
    command.run(main)
