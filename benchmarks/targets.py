"""Measure everything that has a target, and print it beside the target: `make targets`.

The parts run one after the other, each by its own command, which prints its own tables too. What a
part measures is kept in a folder that Git ignores, so that `--only` measures one anew, or goes on
after an interruption, and the table still has all of them. Nothing else should run meanwhile.
"""

import argparse
import contextlib
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.builds import BEFORE, checkout, head
from benchmarks.target import Measured, read, to_markdown

FOLDER = Path("benchmarks/results/targets")
#: part → its benchmark, and the arguments of `python -m benchmarks.<benchmark>`.
PARTS = {
    "peers": ("peers", ["--turns", "2", "--rounds", "2"]),
    # A round of minutes: each peer in the mode that is its fastest on the set-up above.
    "peers-epochs": (
        "peers",
        [
            *("--task", "cifar10-all", "--turns", "1", "--rounds", "1", "--names"),
            *("pfl-research", "BlazeFL in threads", "Flower, a core each"),
        ],
    ),
    "at_once": ("at_once", []),
    "aggregation": ("aggregation", ["--turns", "3"]),
    "text": ("text", []),
    "scale": ("scale", ["--clients", "1000000", "--per-round", "1000"]),
    "pipeline": ("pipeline", []),
}


@dataclass(frozen=True)
class Part:
    """What a part measured: of which commit, when it began, and the machine's load until then."""

    commit: str
    began: str
    load: float
    measured: list[Measured]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    asked = parser.parse_args()
    failed = [name for name in asked.only if not measure(name)]
    print(f"\n# Targets\n\n{table()}")
    if failed:
        sys.exit(f"error: not measured: {', '.join(failed)}; their messages are above")


def measure(name: str) -> bool:
    """Run a part and keep what it measures; False if it fails, and says why itself."""
    print(f"\n# {name}\n", flush=True)
    benchmark, arguments = PARTS[name]
    began = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC"
    load = os.getloadavg()[0]
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    fresh = path.with_suffix(".new")
    with beside(benchmark) as further:
        command = [sys.executable, "-m", f"benchmarks.{benchmark}", *arguments, *further]
        done = subprocess.run([*command, "--measured", str(fresh)], check=False)
    if done.returncode == 0:
        part = Part(head(), began, round(load, 1), read(fresh))
        path.write_text(json.dumps(asdict(part)))
    fresh.unlink(missing_ok=True)
    return done.returncode == 0


@contextlib.contextmanager
def beside(benchmark: str) -> Iterator[list[str]]:
    """The further arguments of a benchmark: a checkout of the build before, for that which asks."""
    if benchmark != "aggregation":
        yield []
        return
    with checkout(BEFORE) as before:
        yield ["--before", str(before)]


def table() -> str:
    """Every kept part's quantities beside their targets, then where each part was measured."""
    kept = {name: _kept(path) for name in PARTS if (path := FOLDER / f"{name}.json").is_file()}
    lines = ["| part | commit | began | load before |", "|---|---|---|---|"]
    lines += [f"| {n} | {p.commit} | {p.began} | {p.load:.1f} |" for n, p in kept.items()]
    lines += [f"| {name} | not measured | | |" for name in PARTS if name not in kept]
    measured = [one for part in kept.values() for one in part.measured]
    return "\n".join([to_markdown(measured), "", *lines])


def _kept(path: Path) -> Part:
    values = json.loads(path.read_text())
    return Part(**values | {"measured": [Measured(**one) for one in values["measured"]]})


if __name__ == "__main__":
    main()
