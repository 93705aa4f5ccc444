"""The clock, the memory and the matrix product."""

import time

import pytest
import torch
from benchmarks.measure import PHASES, Clock, matrix_product_rate, peak_memory

from edgecase.machine.device import total_memory

CPU = torch.device("cpu")


def test_phases_add_up():
    clock = Clock(CPU)
    for _ in range(2):
        with clock.phase("evaluate_s"):
            time.sleep(0.02)
    assert list(clock.seconds) == list(PHASES)
    assert clock.seconds["evaluate_s"] >= 0.04
    assert clock.seconds["train_s"] == 0


def test_peak_memory_stays_after_the_tensor_is_gone():
    tensor = torch.ones(2**26, dtype=torch.uint8)
    peak = peak_memory(CPU)
    del tensor
    assert 2**26 <= peak < total_memory(CPU)
    assert peak_memory(CPU) >= peak


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_rate_is_of_two_operations_per_term(precision, monkeypatch):
    """Each product takes a second by a clock of ours: 2 · n³ operations in it."""
    ticks = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    assert matrix_product_rate(CPU, precision, 16) == 2 * 16**3
