"""Measure seconds, memory and the floating-point rate."""

import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from edgecase.machine.device import synchronise
from edgecase.machine.precision import matrix_products

#: the phases of a round, in order.
PHASES = ("train_s", "aggregate_s", "evaluate_s")

#: rows and columns of the product that shows what a device can do.
MATRIX_SIZE = {"cpu": 2048, "cuda": 8192}
_PRODUCTS = 3


class Clock:
    """Seconds per phase of a round, the work of the device included."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.seconds = dict.fromkeys(PHASES, 0.0)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        synchronise(self._device)
        self.seconds[name] += time.perf_counter() - began


def peak_memory(device: torch.device) -> int:
    """The most bytes so far: of tensors on a GPU, on a CPU of the whole process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def matrix_product_rate(device: torch.device, precision: str, size: int) -> float:
    """Floating-point operations per second of a [size, size] product in `precision`, the median."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))

    def product() -> float:
        began = time.perf_counter()
        a @ b
        synchronise(device)
        return time.perf_counter() - began

    with matrix_products(precision):
        product()
        return 2 * size**3 / statistics.median(product() for _ in range(_PRODUCTS))
