"""Download the files of one source, check every digest, and keep the members that are needed."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.datasets.fetch import fetch
from edgecase.datasets.sources import load_sources


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", required=True, type=Path, help="config/sources.yaml")
    parser.add_argument("--source", required=True, help="name of the source in it")
    parser.add_argument(
        "--mirror",
        default=os.environ.get("EDGECASE_MIRROR"),
        help="folder tried before the urls (default: the variable EDGECASE_MIRROR)",
    )
    parser.add_argument("--out", required=True, type=Path, help="folder of the source's files")
    arguments = parser.parse_args(argv)

    sources = load_sources(arguments.sources)
    if problem := unknown_name(arguments.source, sources):
        raise ConfigError(f"--source: {problem}")
    source = sources[arguments.source]
    print(f"{source.title}\n  licence: {source.licence}\n  cite: {source.cite}", file=sys.stderr)
    fetch(source, arguments.out, arguments.mirror)


if __name__ == "__main__":
    command.run(main)
