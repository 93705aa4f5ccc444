"""Write what a benchmark leaves: where and how it ran, its rows, and every timed round."""

import csv
import datetime
import importlib.metadata
import json
import platform
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from benchmarks.table import COLUMNS
from benchmarks.worker import pfl_installed
from edgecase.base.files import atomic_path
from edgecase.machine import device as devices
from edgecase.plan.speed import Machine

_PACKAGES = ("torch", "torchvision", "pillow", "numpy")


def facts(
    device: torch.device, threads: int, *, prepared: bool, quick: bool, argv: Sequence[str]
) -> dict[str, str | int]:
    """Device, hardware, versions and command of a run that begins now."""
    torch.set_num_threads(threads)  # the device's name tells them
    packages = [*_PACKAGES, "pfl"] if pfl_installed() else _PACKAGES
    versions = {package: importlib.metadata.version(package) for package in packages}
    versions |= {"python": platform.python_version(), "CUDA": torch.version.cuda}
    return {
        "device": devices.describe(device),
        "hardware": Machine(str(device), threads, jobs=1).key()["hardware"],
        "threads": threads,
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "data": "prepared files" if prepared else "random images",
        "scale": "quick" if quick else "paper",
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "command": shlex.join(["python", "-m", "benchmarks.bench", *argv]),
    }


def write(folder: Path, facts: Mapping, found: Mapping[str, Sequence[Mapping]]) -> Path:
    """Write `<device>-<date>.json` with the facts and what was `found`, and its "timings" as CSV.

    Returns the path of the first.
    """
    name = re.sub(r"[^a-z0-9]+", "-", f"{facts['device']}-{facts['date']}".lower())
    path = folder / f"{name}.json"
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps({"facts": facts, **found}, indent=2) + "\n")
    with atomic_path(path.with_suffix(".csv")) as temporary, temporary.open("w", newline="") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found["timings"])
    return path
