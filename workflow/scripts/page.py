"""Write a page of the report that shows one table, and the table packed for download."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.report.packing import packed
from edgecase.report.page import table_page


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, type=Path, help="the table (.csv)")
    parser.add_argument("--title", required=True)
    parser.add_argument(
        "--summary", type=Path, nargs="?", help="of a figure's table: the run's summary.csv"
    )
    parser.add_argument("--out", required=True, type=Path, help="the page (.html)")
    parser.add_argument("--packed", required=True, type=Path, help="the table itself (.csv.gz)")
    arguments = parser.parse_args(argv)

    page = table_page(arguments.table, arguments.title, arguments.summary)
    with atomic_path(arguments.out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    with atomic_path(arguments.packed) as temporary:
        temporary.write_bytes(packed(arguments.table.read_bytes()))


if __name__ == "__main__":
    command.run(main)
