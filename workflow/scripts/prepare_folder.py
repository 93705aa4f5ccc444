"""Turn a folder of photographs, or a file of lines, into one file of arrays, and list what it holds."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.own import prepare_edge_images, prepare_images, prepare_lines


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True, type=Path, help="the folder, or a text file")
    parser.add_argument(
        "--about", required=True, type=command.json_object, help="what the configuration says of it"
    )
    parser.add_argument("--out", required=True, type=Path, help="the arrays (.npz)")
    arguments = parser.parse_args(argv)

    about, out = arguments.about, arguments.out
    if "classes" in about:
        arrays = prepare_images(arguments.folder, out, about)
    elif about["lines"]:
        arrays = prepare_lines(arguments.folder, out)
    else:
        arrays = prepare_edge_images(arguments.folder, out, about["shape"])
    save_npz(out, arrays)


if __name__ == "__main__":
    command.run(main)
