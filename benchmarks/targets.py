"""Measure everything that has a target, and print it beside the target: `make targets`.

The benchmarks run one after the other, each by its own command, which prints its own tables too.
Nothing else should run meanwhile.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.builds import BEFORE, checkout
from benchmarks.target import Measured, read, to_markdown

#: benchmark → the arguments of its command, `python -m benchmarks.<benchmark>`.
BENCHMARKS = {
    "peers": ["--turns", "2", "--rounds", "2"],
    "at_once": [],
    "aggregation": ["--turns", "3"],
    "scale": [],
    "text": [],
    "pipeline": [],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    asked = parser.parse_args()
    measured: list[Measured] = []
    failed = []
    with checkout(BEFORE) as before:
        for name in asked.only:
            print(f"\n# {name}\n", flush=True)
            beside = ["--before", str(before)] if name == "aggregation" else []
            found = measured_by(name, [*BENCHMARKS[name], *beside])
            measured += found or []
            failed += [] if found else [name]
    print(f"\n# Targets\n\n{to_markdown(measured)}\n\nLoad now: {os.getloadavg()[0]:.1f}")
    if failed:
        sys.exit(f"error: not measured: {', '.join(failed)}; their messages are above")


def measured_by(name: str, arguments: list[str]) -> list[Measured] | None:
    """What a benchmark measures that has a target; None if it fails, and says why itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measured.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--measured", str(path)]
        done = subprocess.run(command, check=False)
        return None if done.returncode else read(path)


if __name__ == "__main__":
    main()
