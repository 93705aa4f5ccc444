"""Tell what a run costs, per figure and in all, before anything of it runs."""

import argparse
import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.config.folders import FOLDERS
from edgecase.datasets.folders import register
from edgecase.plan import estimate
from edgecase.plan.speed import Machine, calibrate
from edgecase.plan.work import jobs
from edgecase.results.cells import all_cells


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--config", required=True, type=command.json_object, help="the whole configuration, JSON"
    )
    parser.add_argument("--cores", required=True, type=int, help="cores that jobs may use")
    parser.add_argument(
        "--gpu-jobs", type=int, default=0, help="jobs on GPUs at once; 0 if they run on the CPU"
    )
    parser.add_argument(
        "--calibration", required=True, type=Path, help="file (.json) for the measured speeds"
    )
    parser.add_argument("--out", required=True, type=Path, help="the run's folder of results")
    arguments = parser.parse_args(argv)
    config = arguments.config
    register(config.get(FOLDERS))

    machine = Machine.of(config, arguments.cores, arguments.gpu_jobs)
    settings = {job.setting for job in jobs(config, all_cells(config))}
    print(f"Calibrating {len(settings)} kinds of local steps on this device ...", flush=True)
    calibration = calibrate(machine, settings, arguments.calibration)
    rows = estimate.table(config, arguments.out, calibration)
    text = estimate.to_markdown(config["run"], rows, calibration)
    with atomic_path(arguments.out / "plan.csv") as temporary, temporary.open("w", newline="") as f:
        writer = csv.DictWriter(f, estimate.COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with atomic_path(arguments.out / "plan.md") as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"\n{text}\nWritten to {arguments.out}/plan.md and plan.csv.")


if __name__ == "__main__":
    command.run(main)
