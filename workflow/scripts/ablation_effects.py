"""Tabulate what each switch of the ablation changes, as CSV and Markdown."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.analysis.ablation import effects, to_markdown
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.results.tables import read_tidy


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--table", required=True, type=Path, help="tidy table of the ablation (.csv)"
    )
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    arguments = parser.parse_args(argv)

    table = read_tidy(arguments.table)
    found = effects(table)
    with atomic_path(arguments.csv) as temporary:
        found.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    with atomic_path(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(found, table), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
