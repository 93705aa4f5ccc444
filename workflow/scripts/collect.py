"""Gather the rounds of a figure's cells into one tidy table."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.tables import tidy


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", required=True, type=Path, nargs="+", help="cell folders")
    parser.add_argument("--out", required=True, type=Path, help="the table (.csv)")
    parser.add_argument(
        "--parameters", nargs="*", default=[], help="dotted paths that become columns"
    )
    arguments = parser.parse_args(argv)

    table = tidy(arguments.cells, arguments.parameters)
    with atomic_path(arguments.out) as temporary:
        table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


if __name__ == "__main__":
    command.run(main)
