"""Summarise every cell of a run in one table, as CSV and Markdown."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.analysis.summary import measures_of, summarise, to_markdown
from edgecase.base import command
from edgecase.base.files import atomic_path


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", required=True, type=Path, nargs="+", help="cell folders")
    parser.add_argument("--measures", required=True, type=Path, help="a row per cell and seed")
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    arguments = parser.parse_args(argv)

    reached = measures_of(arguments.cells)
    summary = summarise(reached)
    for table, path in ((reached, arguments.measures), (summary, arguments.csv)):
        with atomic_path(path) as temporary:
            table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    with atomic_path(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(summary), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
