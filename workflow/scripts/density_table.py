"""Gather the tasks' log-densities into one table."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import densities
from edgecase.base import command
from edgecase.base.files import atomic_path


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", required=True, type=Path, nargs="+", help="one per task (.csv)")
    parser.add_argument("--out", required=True, type=Path, help="the table (.csv)")
    arguments = parser.parse_args(argv)

    table = densities.gather(arguments.tables)
    with atomic_path(arguments.out) as temporary:
        table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


if __name__ == "__main__":
    command.run(main)
