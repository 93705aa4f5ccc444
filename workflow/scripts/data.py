"""List the downloads of a configuration: what is there, what is missing, and where to put it."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import config
from edgecase.base import command
from edgecase.datasets.availability import listing
from edgecase.datasets.sources import load_sources
from edgecase.plan import data

DATA = Path("results/data")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="configuration files (YAML), in order")
    arguments = parser.parse_args(argv)

    configuration = config.load(*arguments.files)
    known = load_sources("config/sources.yaml")
    mirror = configuration.get("mirror") or os.environ.get("EDGECASE_MIRROR")
    needed = [known[name] for name in data.sources(configuration)]
    print(f"Downloads of the run '{configuration['run']}':")
    made = data.made_of(configuration, DATA)
    print(listing(needed, DATA / "raw", made, Path(mirror) if mirror else None))


if __name__ == "__main__":
    command.run(main)
