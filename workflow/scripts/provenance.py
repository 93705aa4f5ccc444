"""Write the report's page of versions, digests and commands from the records of the cells."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.report import facts
from edgecase.report.origins import provenance_page
from edgecase.results.tables import read_starts


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True, help="name of the run")
    parser.add_argument("--configfiles", nargs="*", default=[], help="those given to Snakemake")
    parser.add_argument(
        "--records", required=True, type=Path, nargs="+", help="the cells' cell.json"
    )
    parser.add_argument("--starts", required=True, type=Path, nargs="+", help="records (.json)")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)

    page = provenance_page(
        arguments.run,
        arguments.configfiles,
        facts.read_records(arguments.records),
        read_starts(arguments.starts),
    )
    with atomic_path(arguments.out) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
