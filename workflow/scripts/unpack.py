"""Unpack the archive of a run here, and print its configuration files for Snakemake."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.sharing.unpack import unpack


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    archive = parser.parse_args(argv).archive

    unpacked = unpack(archive, Path())
    print(f"{archive}: {unpacked.files} files of the run '{unpacked.run}'", file=sys.stderr)
    print(*unpacked.configfiles)


if __name__ == "__main__":
    command.run(main)
