"""Bring the cells that several machines ran into this project, if they fit together."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import config
from edgecase.base import command
from edgecase.sharing.merge import merge


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfiles", nargs="+", type=Path, required=True, help="of the run")
    parser.add_argument(
        "--sources", nargs="+", type=Path, required=True, help="projects, or results/<run> of them"
    )
    arguments = parser.parse_args(argv)

    merged = merge(config.load(*arguments.configfiles), arguments.sources, Path())
    for source, count in merged.taken.items():
        print(f"{source}: {count} cells")
    if merged.missing:
        print(f"{len(merged.missing)} cells of the run are in none of them, such as:")
        print(f"  {merged.missing[0].folder}")


if __name__ == "__main__":
    command.run(main)
