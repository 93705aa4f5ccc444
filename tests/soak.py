"""Kill cells at random moments, over and over, and compare what they end with: `make soak`.

Each of a few cells on stand-in data, with several seeds, runs once undisturbed and once while it is
killed: with SIGKILL or SIGTERM, while it loads, trains, or writes a state. The same command goes on
until the cell is done, and every CSV must equal that of the undisturbed run.
"""

import argparse
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.workflow.by_hand import by_hand
from tests.workflow.conftest import Project, copy_sources

SEEDS = (0, 1, 2)
#: participation, attack, defense, back-end: cells that differ in all that could keep a state
CELLS = (
    ("fixed-freq-2", "blackbox", "krum", "sequential"),
    ("fixed-pool-3", "pgd-replacement", "norm-clipping-adaptive", "stacked-grouped"),
    ("fixed-freq-3", "pgd", "weak-dp", "at-once"),
    ("fixed-pool-4", "blackbox-prox", "multi-krum", "stacked-unfold"),
    ("fixed-freq-2", "pgd-replacement-prox", "rfa", "sequential"),
)
#: a process that shows no sign of life for so long hangs
PATIENCE_S = 180


@dataclass
class Tally:
    """What happened."""

    kills: Counter = field(default_factory=Counter)
    moments: Counter = field(default_factory=Counter)
    resumes: int = 0
    refused: int = 0
    compared: int = 0
    differences: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="at least so many")
    parser.add_argument("--rounds", type=int, default=120, help="of each cell")
    parser.add_argument("--minutes", type=float, default=60, help="give up after so many")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    rng, tally, began = random.Random(arguments.seed), Tally(), time.monotonic()
    deadline = began + 60 * arguments.minutes
    with tempfile.TemporaryDirectory(prefix="edgecase-soak-") as folder:
        project = Project(Path(folder, "project"))
        copy_sources(project.root)
        records = make_inputs(project)
        number = 0
        while tally.kills.total() < arguments.kills:
            cell = CELLS[number % len(CELLS)]
            soak(project, records[cell], cell, f"{number}", arguments.rounds, rng, tally, deadline)
            number += 1
            print(f"{' '.join(cell)}: {tally.kills.total()} kills so far", flush=True)
    kills = ", ".join(f"{count} {name}" for name, count in sorted(tally.kills.items()))
    moments = ", ".join(f"{count} while it {name}" for name, count in sorted(tally.moments.items()))
    print(
        f"{number} cells of {len(SEEDS)} seeds and {arguments.rounds} rounds: "
        f"{tally.kills.total()} kills ({kills}; {moments}), {tally.resumes} resumes, "
        f"{tally.refused} states refused, {tally.compared} CSVs compared, "
        f"{tally.differences} differences, {time.monotonic() - began:.0f} s"
    )
    raise SystemExit(bool(tally.refused or tally.differences))


def make_inputs(project: Project) -> dict[tuple, Path]:
    """Run each cell for one round; returns their records."""
    names = {cell: "/".join((cell[0], "edge-case", *cell[1:3], "default")) for cell in CELLS}
    records = {
        cell: f"results/test/cells/standin-digits/{name}/cell.json" for cell, name in names.items()
    }
    grid = [
        {
            "tasks": ["standin-digits"],
            "participations": [participation],
            "cases": ["edge-case"],
            "attacks": [attack],
            "defenses": [defense],
        }
        for participation, attack, defense, _ in CELLS
    ]
    task = {"rounds": 1, "defenses": {"weak-dp": {"norm_bound": 0.5, "stddev": 0.001}}}
    changes = {"seeds": list(SEEDS), "grid": grid, "tasks": {"standin-digits": task}}
    done = project.snakemake(*records.values(), changes=changes, cores=os.cpu_count() or 1)
    if done.returncode:
        raise SystemExit(done.stdout)
    return {cell: project.root / record for cell, record in records.items()}


def soak(
    project: Project,
    record: Path,
    cell: tuple,
    name: str,
    rounds: int,
    rng: random.Random,
    tally: Tally,
    deadline: float,
) -> None:
    """One cell undisturbed and killed, and the comparison of both."""
    whole, broken, states = (project.root / f"{name}-{kind}" for kind in ("whole", "cell", "state"))
    options = ("--save-minutes", "0", *(("--threads", "2") if cell[3] == "at-once" else ()))
    subprocess.run(
        by_hand(record, whole, *options, backend=cell[3], rounds=rounds),
        cwd=project.root,
        check=True,
    )
    command = by_hand(
        *(record, broken, *options, "--state", str(states)), backend=cell[3], rounds=rounds
    )
    while not attempt(command, project.root, states, rng, tally):
        if time.monotonic() > deadline:
            raise SystemExit("error: out of time")
    leftovers = [path for path in states.iterdir() if path.name.startswith(".")]
    assert not leftovers, leftovers
    for seed in SEEDS:
        tally.compared += 1
        ours, theirs = ((folder / f"seed{seed}.csv").read_bytes() for folder in (broken, whole))
        assert len(theirs.splitlines()) == rounds + 2
        tally.differences += ours != theirs


def attempt(command: list[str], root: Path, states: Path, rng: random.Random, tally: Tally) -> bool:
    """Start the cell and kill it at some moment, unless it is done before: then True."""
    how = rng.choice([signal.SIGKILL, signal.SIGTERM])
    moment = rng.choices(list(MOMENTS), [1, 2, 2])[0]
    begun = any(states.glob("seed*.safetensors"))
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        try:
            MOMENTS[moment](process, states, rng)
            process.send_signal(how)
            said = process.communicate(timeout=PATIENCE_S)[1]
        finally:
            process.kill()
    tally.refused += said.count("starts anew")
    tally.resumes += begun
    if process.returncode == 0:
        return True
    # Before it has Python's signal handlers, SIGTERM ends a process as SIGKILL does.
    expected = {signal.SIGKILL: {-9}, signal.SIGTERM: {143, -15}}[how]
    if process.returncode not in expected:
        raise SystemExit(f"{how.name} while it {moment}: exit {process.returncode}\n{said}")
    tally.kills[how.name] += 1
    tally.moments[moment] += 1
    return False


def while_loading(process: subprocess.Popen, states: Path, rng: random.Random) -> None:
    wait(process, rng.uniform(0, 4))


def while_training(process: subprocess.Popen, states: Path, rng: random.Random) -> None:
    before = written(states)
    wait_for(process, lambda: written(states) != before)
    wait(process, rng.uniform(0, 2))


def while_writing(process: subprocess.Popen, states: Path, rng: random.Random) -> None:
    """Some time after the first state there is a temporary file: that is the moment."""
    while_training(process, states, rng)
    wait_for(process, lambda: any(path.name.startswith(".") for path in states.iterdir()))


MOMENTS = {"loads": while_loading, "trains": while_training, "writes a state": while_writing}


def written(states: Path) -> list[tuple[str, int]]:
    """What tells one set of state files from the next."""
    return sorted((path.name, path.stat().st_ino) for path in states.glob("seed*.safetensors"))


def wait(process: subprocess.Popen, seconds: float) -> None:
    """So long, or until the process ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def wait_for(process: subprocess.Popen, happened) -> None:
    """Until it has happened or the process has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and not happened():
        if time.monotonic() > deadline:
            raise SystemExit("error: the cell hangs")


if __name__ == "__main__":
    sys.exit(main())
