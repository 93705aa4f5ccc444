"""Tell what GPUs the machine has, without loading torch."""

import itertools
import os
import re
from collections.abc import Mapping
from pathlib import Path

#: of a device's memory, what the cells on it may take for local training.
TRAINING_MEMORY = 0.8


def gpus(environment: Mapping[str, str] = os.environ, devices: Path = Path("/dev")) -> list[str]:
    """The NVIDIA devices that a program started here sees, named as in CUDA_VISIBLE_DEVICES.

    Those are the devices the variable lists where it is set, else all there are, by number. What is
    counted are device nodes: the driver tells a container of devices that it may not use.
    """
    nodes = [path for path in devices.glob("nvidia*") if re.fullmatch("nvidia[0-9]+", path.name)]
    listed = environment.get("CUDA_VISIBLE_DEVICES")
    if not nodes or listed is None:
        return [str(number) for number in range(len(nodes))]
    # CUDA too ignores whatever follows a name that is none, such as -1.
    names = (name.strip() for name in listed.split(","))
    return list(itertools.takewhile(re.compile(r"[0-9]+|(GPU|MIG)-.+").fullmatch, names))


def gpu_jobs(device: str, cells_per_gpu: int, found: int) -> int:
    """How many jobs that need a GPU may run here at once; 0 if no job needs one.

    `device` is the configured one and `found` the number of GPUs. A device asked for by its number
    takes all jobs. One that was asked for and is not found counts: the job itself knows better.
    """
    if device == "cpu" or (device == "auto" and not found):
        return 0
    return cells_per_gpu * (max(found, 1) if is_shared_out(device) else 1)


def is_shared_out(device: str) -> bool:
    """Whether the configured `device` leaves it open which GPU a job takes."""
    return device in ("auto", "cuda")
