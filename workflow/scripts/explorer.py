"""Write the page that shows the curves, parameters and command of any cell of a run."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import vl_convert

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.report.explorer import explorer_page, read_curves


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True, help="name of the run")
    parser.add_argument("--cells", required=True, type=Path, nargs="+", help="cell folders")
    parser.add_argument("--out", required=True, type=Path, help="the page (.html)")
    arguments = parser.parse_args(argv)

    cells = read_curves(arguments.cells)
    # Its stub asks for a snippet; without one the bundle is the whole of Vega-Lite.
    bundle = vl_convert.javascript_bundle()  # ty: ignore[missing-argument]
    page = explorer_page(arguments.run, cells, bundle)
    with atomic_path(arguments.out) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
