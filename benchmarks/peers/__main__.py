"""Time the same round here and by other simulators, in turns: `make peers`.

First every simulator computes a round without dropout and with one batch per client: the global
models have to agree to rounding. Then they take turns, each in a process of its own. A ratio is
that within a turn: what slows the machine for a while hits all of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file

from benchmarks.peers.one import NAMES
from benchmarks.target import Measured, add_option, write

_OURS = "at-once"
#: simulator → how many times as fast this project is to be.
TARGETS = {
    "pfl-research": 1.5,
    "BlazeFL in threads": 1.5,
    "BlazeFL in processes": 1.5,
    "Flower, a core each": 3.0,
    "Flower, all cores each": 3.0,
}
#: largest difference of two parameters that rounding makes in a round.
_ROUNDING = 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", default="cifar10-iid")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds of a turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--names", nargs="+", choices=NAMES, default=list(NAMES))
    add_option(parser)
    asked = parser.parse_args()
    names = [_OURS, *(name for name in asked.names if name != _OURS)]
    options = ["--task", asked.task, "--threads", str(asked.threads)]
    apart = dict(_differences(names, options))
    turns = [
        {
            name: statistics.median(_run(name, [*options, "--rounds", str(asked.rounds)]))
            for name in names
        }
        for _ in range(asked.turns)
    ]
    print(
        "| simulator | round, s | times as long as ours | target | apart |\n|---|---|---|---|---|"
    )
    for name in names:
        print(f"| {name} | {_row(name, turns)} | {apart[name]:.1g} |")
    print(f"\nLoad of the last minute: {os.getloadavg()[0]:.1f}; threads: {asked.threads}")
    what = f"round of {asked.task}"
    write(
        asked.measured,
        (
            Measured(what, name, _ratios(name, turns), TARGETS[name])
            for name in names
            if name in TARGETS
        ),
    )


def _differences(names: list[str], options: list[str]):
    """Of each simulator, how far its global model is from this project's after the same round."""
    with tempfile.TemporaryDirectory() as folder:
        states = {}
        for number, name in enumerate(names):
            path = Path(folder) / f"{number}.safetensors"
            _run(name, [*options, "--rounds", "1", "--alike", "--state", str(path)])
            states[name] = load_file(path)
    ours = states[_OURS]
    for name, state in states.items():
        difference = max((state[key] - ours[key]).abs().max().item() for key in ours)
        if difference > _ROUNDING:
            sys.exit(f"error: {name}: its round is {difference:g} away from this project's")
        yield name, difference


def _run(name: str, options: list[str]) -> list[float]:
    """Seconds of the timed rounds of one process."""
    command = [sys.executable, "-m", "benchmarks.peers.one", name, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: {name}: {done.stderr.strip().splitlines()[-1]}")
    seconds = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"  {name}: {', '.join(f'{one:.2f} s' for one in seconds)}", file=sys.stderr, flush=True)
    return seconds


def _ratios(name: str, turns: list[dict[str, float]]) -> list[float]:
    """How many times as long as this project's a round takes, in each turn."""
    return [turn[name] / turn[_OURS] for turn in turns]


def _row(name: str, turns: list[dict[str, float]]) -> str:
    """Median seconds, the ratio within a turn with its range, and the target."""
    ratios = _ratios(name, turns)
    ratio, least, most = statistics.median(ratios), min(ratios), max(ratios)
    seconds = statistics.median(turn[name] for turn in turns)
    times = f"{ratio:.1f} ({least:.1f} to {most:.1f})" if name != _OURS else ""
    target = f"{TARGETS[name]:g}" if name in TARGETS else ""
    return f"{seconds:.2f} | {times} | {target}"


if __name__ == "__main__":
    main()
