"""A cell's bytes do not depend on how many jobs run at once, in which order, or by whom."""

import json
import shlex
import shutil
from pathlib import Path

from tests.workflow.by_hand import in_this_process

SEEDS = (0, 1)
CELLS = "results/test/cells/standin-digits"
KRUM = "fixed-freq-2/edge-case/blackbox/krum/default"
NORMAL = "fixed-freq-2/normal-case/blackbox/no-defense/default"
POOL = "fixed-pool-3/edge-case/pgd-replacement/norm-clipping/default"


def rounds(folder: Path) -> list[bytes]:
    return [(folder / f"seed{seed}.csv").read_bytes() for seed in SEEDS]


def record(folder: Path) -> dict:
    return json.loads((folder / "cell.json").read_text())


def remove(project, cell):
    for kind in ("cells", "state"):
        shutil.rmtree(project.root / f"results/test/{kind}/standin-digits" / cell)


def test_one_job_at_a_time_gives_the_bytes_of_two(finished, mine):
    """The finished run had two jobs at once."""
    chosen = (KRUM, POOL)
    for cell in chosen:
        remove(mine, cell)
    done = mine.snakemake(*(f"{CELLS}/{cell}/cell.json" for cell in chosen), cores=1)
    assert done.returncode == 0, done.stdout
    for cell in chosen:
        first, again = (project.root / CELLS / cell for project in (finished, mine))
        assert rounds(again) == rounds(first)
        assert record(again) == record(first)


def test_by_hand_in_reverse_order_from_their_records(finished, tmp_path):
    """A cell's record is enough: its command, and nothing else of the run but its inputs."""
    folders = {cell: finished.root / CELLS / cell for cell in (KRUM, NORMAL, POOL)}
    made = {cell: (folder / "cell.json").stat().st_mtime_ns for cell, folder in folders.items()}
    for cell in sorted(folders, key=made.__getitem__, reverse=True):
        arguments = shlex.split(record(folders[cell])["command"])
        assert arguments[:2] == ["python", "workflow/scripts/cell.py"]
        arguments[arguments.index("--out") + 1] = str(tmp_path / cell)
        # One as a process of its own, which loads torch anew.
        if cell == KRUM:
            done = finished.run(*arguments)
        else:
            done = in_this_process(arguments, finished.root)
        assert done.returncode == 0, done
        assert rounds(tmp_path / cell) == rounds(folders[cell])
        ours, theirs = record(tmp_path / cell), record(folders[cell])
        assert ours.pop("command") != theirs.pop("command")
        assert ours == theirs


def test_the_configuration_fixes_the_threads_and_not_the_cores(mine):
    """Snakemake lowers a job's threads to its cores; the numbers keep those of the configuration.

    Twice from the start, each time a new process.
    """
    found = []
    for _ in range(2):
        remove(mine, KRUM)
        target = f"{CELLS}/{KRUM}/cell.json"
        done = mine.snakemake("--allowed-rules", "cell", "--", target, changes={"threads": 2})
        assert done.returncode == 0, done.stdout
        folder = mine.root / CELLS / KRUM
        assert record(folder)["device"] == "CPU, 2 threads"
        found.append(rounds(folder))
    assert found[0] == found[1]


def test_seeds_and_cells_differ(finished):
    """What is compared above could differ."""
    found = [
        content for cell in (KRUM, NORMAL, POOL) for content in rounds(finished.root / CELLS / cell)
    ]
    assert len(set(found)) == len(found)
