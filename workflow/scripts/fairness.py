"""Tabulate how fair the defenses of figure 6 are to an unusual honest client (table 1)."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.analysis.fairness import tabulate, to_markdown
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.tables import read_tidy


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, type=Path, help="tidy table of figure 6 (.csv)")
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    arguments = parser.parse_args(argv)

    cells = tabulate(read_tidy(arguments.table))
    with atomic_path(arguments.csv) as temporary:
        cells.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    with atomic_path(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(cells), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
