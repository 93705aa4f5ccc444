"""Compare two cells or two runs, as a page and as Markdown, which is printed too."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.report.compare import compare
from edgecase.report.compare_page import markdown, page


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("a", type=Path, help="a cell's folder, or a run's (results/<run>)")
    parser.add_argument("b", type=Path, help="another")
    parser.add_argument(
        "--out", type=Path, default="results/compare.html", help="the page; .md lies beside it"
    )
    arguments = parser.parse_args(argv)

    found = compare(arguments.a, arguments.b)
    text = markdown(found)
    for path, content in (
        (arguments.out, page(found)),
        (arguments.out.with_suffix(".md"), text),
    ):
        with atomic_path(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
    print(text)
    print(f"The page, with curves: {arguments.out}")


if __name__ == "__main__":
    command.run(main)
