"""Turn the raw files of a data set or edge set into one file of arrays."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.sources import load_sources


def main(argv: list[str] | None = None) -> None:
    entries = DATASETS | EDGE_SETS
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, help="config/sources.yaml, for what is downloaded")
    parser.add_argument("--name", required=True, help="data set or edge set")
    parser.add_argument(
        "--raw",
        type=Path,
        nargs="+",
        help="folder of the raw files of each source, if there are any",
    )
    parser.add_argument("--out", required=True, type=Path, help="the arrays (.npz)")
    arguments = parser.parse_args(argv)

    if problem := unknown_name(arguments.name, entries):
        raise ConfigError(f"--name: {problem}")
    entry = entries[arguments.name]
    if not entry.sources:
        arrays = entry.build()
    else:
        if arguments.sources is None or arguments.raw is None:
            raise ConfigError(f"--name {entry.name} needs --sources and --raw")
        sources = load_sources(arguments.sources)
        if len(arguments.raw) != len(entry.sources):
            raise ConfigError(f"--raw: one folder for each of {', '.join(entry.sources)}")
        digests, folders = {}, {}
        for name, folder in zip(entry.sources, arguments.raw, strict=True):
            for member in sources[name].members:
                digests[member.name] = member.digests
                folders[member.name] = folder
        arrays = entry.build(RawFiles(arguments.raw[0], digests, folders))
    save_npz(arguments.out, {name: arrays[name] for name in entry.arrays})


if __name__ == "__main__":
    command.run(main)
