"""Measure, in processes of their own, what this device does in a second, and remember it."""

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError, EdgecaseError
from edgecase.base.files import atomic_path
from edgecase.datasets import folders
from edgecase.machine.gpus import gpus, is_shared_out
from edgecase.plan.work import Job, Setting
from edgecase.results.provenance import versions

_LIBRARY = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "edgecase.plan.calibrate")


class CalibrationError(EdgecaseError):
    """The device could not be measured."""


@dataclass(frozen=True)
class Machine:
    """Where and how jobs run: the configured `device`, threads of a job, and jobs at once."""

    device: str
    threads: int
    jobs: int

    @classmethod
    def of(cls, config: Mapping, cores: int, gpu_jobs: int) -> "Machine":
        """What Snakemake makes of the configuration on `cores` cores, of which jobs on GPUs need
        theirs too. `gpu_jobs` may be on GPUs at once; 0 if they run on the CPU.
        """
        threads = min(config.get("threads", 1), cores)
        at_once = cores // threads
        device = config.get("device", "auto")
        return cls(device, threads, min(gpu_jobs, at_once) if gpu_jobs else at_once)

    def key(self) -> dict[str, str | int]:
        """What a calibration is valid for, known without torch."""
        return asdict(self) | {
            "hardware": "; ".join([*_gpu_names(), _cpu_name()]),
            "torch": versions()["torch"],
        }


@dataclass(frozen=True)
class Speed:
    """The cost of one setting, as `edgecase.plan.calibrate:measure` describes it."""

    step_s: float
    sample_s: float
    evaluate_s: float
    training_flops: float
    forward_flops: float


@dataclass(frozen=True)
class Calibration:
    """The speeds of one machine: `device` in words, and `start_s`, from the start of a job's
    process until it can work.
    """

    key: Mapping[str, Any]
    device: str
    start_s: float
    speeds: Mapping[Setting, Speed]

    def seconds(self, job: Job) -> float:
        """Wall time of a job, while the machine runs as many as it was measured with."""
        speed, work = self.speeds[job.setting], job.work
        return (
            self.start_s
            + work.steps * speed.step_s
            + work.samples * speed.sample_s
            + work.evaluated * speed.evaluate_s
        )

    def operations(self, job: Job) -> float:
        """Floating-point operations of a job, its evaluations included."""
        speed, work = self.speeds[job.setting], job.work
        return work.samples * speed.training_flops + work.evaluated * speed.forward_flops


def calibrated(machine: Machine, settings: Iterable[Setting], path: Path) -> Calibration:
    """The calibration in the file `path` if it is this machine's and has all the settings; else a
    new one, which is written there.
    """
    settings = sorted(set(settings), key=str)
    known = load(path)
    if known is not None and known.key == machine.key() and known.speeds.keys() >= set(settings):
        return known
    return calibrate(machine, settings, path)


def calibrate(machine: Machine, settings: Iterable[Setting], path: Path) -> Calibration:
    """Measure the settings, in as many processes at once as jobs will run, and write `path`.

    Raises `CalibrationError` if a process fails.
    """
    settings = sorted(set(settings), key=str)
    request = {
        "device": machine.device,
        "threads": machine.threads,
        "jobs_per_device": -(-machine.jobs // _devices(machine.device)),
        "settings": [asdict(setting) for setting in settings],
        "folders": folders.known(setting.dataset for setting in settings),
    }
    began = time.monotonic()
    answers = _ask(request, machine.jobs)
    speeds = {
        setting: Speed(**_means(answer["speeds"][row] for answer in answers))
        for row, setting in enumerate(settings)
    }
    start_s = fmean(answer["ready"] for answer in answers) - began
    calibration = Calibration(machine.key(), answers[0]["device"], start_s, speeds)
    write(calibration, path)
    return calibration


def _ask(request: Mapping, count: int) -> list[dict]:
    """The answers of `count` processes that measure the same at the same time."""
    with ThreadPoolExecutor(count) as pool:
        processes = list(pool.map(_run, [json.dumps(request)] * count, range(count)))
    for process in processes:
        if process.returncode:
            last = (process.stderr.strip().splitlines() or ["no message"])[-1]
            raise CalibrationError(f"the calibration on {request['device']} failed: {last}")
    return [json.loads(process.stdout) for process in processes]


def _run(request: str, number: int) -> subprocess.CompletedProcess:
    """One process that measures; its `number` spreads them over the GPUs, as a run's jobs are."""
    paths = [str(_LIBRARY), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    devices = gpus()
    if devices and is_shared_out(json.loads(request)["device"]):
        environment["CUDA_VISIBLE_DEVICES"] = devices[number % len(devices)]
    return subprocess.run(
        _COMMAND,
        env=environment,
        input=request,
        capture_output=True,
        text=True,
        check=False,
    )


def _devices(device: str) -> int:
    """How many devices jobs are spread over."""
    return max(1, len(gpus())) if is_shared_out(device) else 1


def _means(found: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each entry over mappings of the same keys."""
    listed = list(found)
    return {name: fmean(values[name] for values in listed) for name in listed[0]}


def write(calibration: Calibration, path: Path) -> None:
    """Keep a calibration in the file `path`, for `load`."""
    content = {
        "key": calibration.key,
        "device": calibration.device,
        "start_s": calibration.start_s,
        "speeds": [
            {"setting": asdict(setting), "speed": asdict(speed)}
            for setting, speed in calibration.speeds.items()
        ],
    }
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")


def load(path: Path) -> Calibration | None:
    """What `write` wrote; None if there is nothing, or of another version of this file."""
    try:
        content = read_json(path, "calibration")
        speeds = {Setting(**row["setting"]): Speed(**row["speed"]) for row in content["speeds"]}
        numbers = [
            content["start_s"],
            *(cost for speed in speeds.values() for cost in astuple(speed)),
        ]
        if not all(0 <= number < math.inf for number in numbers):
            return None
        return Calibration(content["key"], str(content["device"]), content["start_s"], speeds)
    except (DataError, KeyError, TypeError):
        return None


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"


def _gpu_names() -> list[str]:
    """The models of the NVIDIA devices, as the driver tells them."""
    found = []
    for path in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        lines = path.read_text().splitlines()
        found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    return found
