"""Turn a folder of photographs into one file of arrays, and write down what it holds."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.own import prepare_edge_images, prepare_images
from edgecase.datasets.own_files import prepare_files


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument(
        "--about", required=True, type=command.json_object, help="what is known of it, JSON"
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        help=".npz; .index.csv, .counts.csv, .png, and perhaps .test.npy, beside it",
    )
    parser.add_argument("--threads", type=command.positive, default=1, help="that decode")
    arguments = parser.parse_args(argv)

    about, out = arguments.about, arguments.out
    if "classes" in about:
        prepare = prepare_images if about["in_memory"] else prepare_files
        arrays = prepare(arguments.folder, out, about, arguments.threads)
    else:
        arrays = prepare_edge_images(arguments.folder, out, about["shape"], arguments.threads)
    save_npz(out, arrays)


if __name__ == "__main__":
    command.run(main)
