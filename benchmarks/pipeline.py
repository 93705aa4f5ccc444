"""Time the whole pipeline beside an earlier build: `python -m benchmarks.pipeline`.

Both builds are checked out of this repository's history, so it needs a clone with all of it. In
turns they run a part of the pipeline: the demo of the earlier build's configuration, so the same
cells; a dry run of the paper's jobs; or the test suite, each build its own. Seconds are those of
all processors in all processes that a command starts, so other work counts little.
"""

import argparse
import contextlib
import ctypes
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.builds import BEFORE, checkout
from benchmarks.target import Measured, add_option, write

#: part of the pipeline → what of the earlier build's seconds it is to take at most.
TARGETS = {"demo": 1 / 3, "dry run": 1 / 2, "test suite": 1 / 2}
#: `PR_SET_CHILD_SUBREAPER` of Linux: processes that lose their parent become this one's.
_SUBREAPER = 36


def command(part: str, demo: Path) -> list[str]:
    """What runs a part in a checkout; `demo` is the configuration of the demo."""
    snakemake = [sys.executable, "-m", "snakemake", "--cores", "all"]
    return {
        "demo": [*snakemake, "--configfile", str(demo)],
        "dry run": [*snakemake, "--dry-run", "--quiet"],
        "test suite": [sys.executable, "-m", "pytest", "-n", "auto", "-q"],
    }[part]


def processor_seconds(arguments: list[str], folder: Path) -> float:
    """Seconds of all processes that a command starts, those that outlive their parent included.

    Raises `SystemExit` with the end of what it printed if it fails.
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = os.environ | {"PATH": path}
    # Without bytecode, which a container may forbid, every job would compile the project anew.
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    began, others = _seconds_of_children(), _children()
    with _adopting():
        done = subprocess.run(
            arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        while left := _children() - others:
            for process in left:
                os.waitpid(process, 0)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-20:]
        sys.exit("\n".join([f"error: in {folder}: {' '.join(arguments)}", *said]))
    return _seconds_of_children() - began


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Whoever loses the parent that this process started becomes its child, to be waited for."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_SUBREAPER, 0, 0, 0, 0)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _seconds_of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--before", default=BEFORE, help="the earlier build's commit")
    parser.add_argument("--turns", type=int, default=1)
    add_option(parser)
    asked = parser.parse_args()
    measured = []
    print("| part | before, s | now, s | share |\n|---|---|---|---|", flush=True)
    for part in asked.parts:
        turns = [_turn(part, asked.before) for _ in range(asked.turns)]
        shares = [now / before for before, now in turns]
        before, now = (statistics.median(side) for side in zip(*turns, strict=True))
        share = statistics.median(shares)
        print(f"| {part} | {before:.1f} | {now:.1f} | {share:.2f} |", flush=True)
        beside = f"processor seconds of build {asked.before}"
        measured.append(Measured(part, beside, shares, TARGETS[part], "of them", at_most=True))
    write(asked.measured, measured)


def _turn(part: str, commit: str) -> tuple[float, float]:
    """Seconds of the earlier build and of what is checked out here."""
    with checkout(commit) as before, checkout("HEAD") as now:
        arguments = command(part, before / "config/demo.yaml")
        return processor_seconds(arguments, before), processor_seconds(arguments, now)


if __name__ == "__main__":
    main()
