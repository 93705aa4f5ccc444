"""Pack a finished run into one file: results, figures, Snakemake's records; no data, no states."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import config
from edgecase.base import command
from edgecase.sharing.archive import pack


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfiles", nargs="+", type=Path, required=True, help="of the run")
    parser.add_argument("--out", type=Path, help="default: results/<run>.tar.gz")
    arguments = parser.parse_args(argv)

    configuration = config.load(*arguments.configfiles)
    out = arguments.out or Path("results", f"{configuration['run']}.tar.gz")
    count = pack(configuration, arguments.configfiles, Path(), out)
    print(f"{out}: {count} files, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    command.run(main)
