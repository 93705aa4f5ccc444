"""Turn a text file of edge cases into arrays of lines for training and for the test."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.own_lines import line_arrays


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", required=True, type=Path, help="a line for each edge case")
    parser.add_argument("--out", required=True, type=Path, help="the arrays (.npz)")
    arguments = parser.parse_args(argv)

    save_npz(arguments.out, line_arrays(arguments.file))


if __name__ == "__main__":
    command.run(main)
