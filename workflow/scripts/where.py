"""Print where the figures, tables and the report of a run lie."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="name of the run")
    run = parser.parse_args(argv).run
    print(f"\nThe run '{run}' is complete.")
    for title, pattern in (
        ("figures", f"figures/{run}/*"),
        ("tables", f"results/{run}/tables/*"),
        ("cells", f"results/{run}/cells"),
        ("report", f"results/{run}/report.html"),
    ):
        for path in sorted(Path().glob(pattern)):
            print(f"  {title:8} {path}")


if __name__ == "__main__":
    command.run(main)
