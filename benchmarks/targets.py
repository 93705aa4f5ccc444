"""Measure everything that has a target, and print it beside the target: `make targets`.

The benchmarks run one after the other, each by its own command, which prints its own tables too.
Nothing else should run meanwhile.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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
    for name in asked.only:
        print(f"\n# {name}\n", flush=True)
        with beside(name) as further:
            found = measured_by(name, [*BENCHMARKS[name], *further])
        measured += found or []
        failed += [] if found else [name]
    print(f"\n# Targets\n\n{to_markdown(measured)}\n\nLoad now: {os.getloadavg()[0]:.1f}")
    if failed:
        sys.exit(f"error: not measured: {', '.join(failed)}; their messages are above")


@contextlib.contextmanager
def beside(name: str) -> Iterator[list[str]]:
    """The further arguments of a benchmark: a checkout of the build before, for that which asks."""
    if name != "aggregation":
        yield []
        return
    with checkout(BEFORE) as before:
        yield ["--before", str(before)]


def measured_by(name: str, arguments: list[str]) -> list[Measured] | None:
    """What a benchmark measures that has a target; None if it fails, and says why itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measured.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, "--measured", str(path)]
        done = subprocess.run(command, check=False)
        return None if done.returncode else read(path)


if __name__ == "__main__":
    main()
