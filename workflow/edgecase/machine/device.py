"""Choose the device and the number of threads of a cell."""

import contextlib
import os
import re
from collections.abc import Generator

import torch

from edgecase.base.errors import ConfigError, ResourceError

#: how torch tells that memory is short where it has no error of its own for it.
_SHORT = re.compile("allocate memory|not enough memory|out of memory|bad_alloc|ALLOC_FAILED", re.I)
_ASKED = re.compile("allocate ([0-9.]+ ?[a-z]+)", re.I)


def choose_device(name: str) -> torch.device:
    """The device called `name`: "auto" (a GPU if there is one), "cpu", "cuda" or "cuda:<n>".

    Raises `ConfigError` if the device is not there.
    """
    found = torch.cuda.device_count()
    if name == "auto":
        return torch.device("cuda" if found else "cpu")
    if re.fullmatch(r"cpu|cuda(:[0-9]+)?", name) is None:
        raise ConfigError(f"device: '{name}' is unknown; allowed: auto, cpu, cuda, cuda:<n>")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= found:
        raise ConfigError(f"device: '{name}' is not there; this machine has {found} CUDA devices")
    return device


def configure(device: torch.device, threads: int) -> None:
    """Fix the number of CPU threads; on a GPU allow neither TF32 nor kernels that vary."""
    torch.set_num_threads(threads)
    if device.type != "cuda":
        return
    # The defenses compare distances, which TF32 would round to 10 bits.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    # Equal runs must give equal CSVs, so only deterministic kernels may run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)


def total_memory(device: torch.device) -> int:
    """Bytes of memory of the device; of the machine for a CPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@contextlib.contextmanager
def short_of_memory(remedy: str) -> Generator[None]:
    """Where memory runs out, of the device or of the machine, raise a `ResourceError`.

    It ends with what a user can change, `remedy`.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not _SHORT.search(str(error)):
            raise
        asked = _ASKED.search(str(error))
        told = f" (tried to allocate {asked[1]})" if asked else ""
        raise ResourceError(f"out of memory{told}. {remedy}") from error


def synchronise(device: torch.device) -> None:
    """Wait for the work that a GPU has been given, so that the clock counts it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def describe(device: torch.device) -> str:
    """The device's name as a person knows it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"
