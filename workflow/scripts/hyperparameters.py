"""Tabulate the hyper-parameters a run used beside the reported ones, as CSV and Markdown."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.analysis.hyperparameters import compare, to_markdown
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.records import read_cell
from edgecase.results.tables import read_partitions, read_starts


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", required=True, type=Path, nargs="+", help="cell folders")
    parser.add_argument(
        "--starts", type=Path, nargs="*", default=[], help="records <task>/<variant>.json"
    )
    parser.add_argument(
        "--partitions",
        type=Path,
        nargs="*",
        default=[],
        help="records <task>/<variant>/<seed>.json",
    )
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    arguments = parser.parse_args(argv)

    cells = [read_cell(folder) for folder in arguments.cells]
    table = compare(
        cells, read_starts(arguments.starts), partitions=read_partitions(arguments.partitions)
    )
    with atomic_path(arguments.csv) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")
    with atomic_path(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(table), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
