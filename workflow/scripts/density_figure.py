"""Draw figure 2 from the table of log-densities."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import densities
from edgecase.base import command
from edgecase.figures import fig2, page, style


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, type=Path, help="log-densities (.csv)")
    parser.add_argument("--pdf", required=True, type=Path)
    parser.add_argument("--png", required=True, type=Path)
    page.add_looks(parser)
    arguments = parser.parse_args(argv)

    with style.using(arguments.looks):
        page.save(fig2.draw(densities.read(arguments.table)), pdf=arguments.pdf, png=arguments.png)


if __name__ == "__main__":
    command.run(main)
