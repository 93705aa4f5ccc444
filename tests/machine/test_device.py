"""The choice of a device, and what is fixed before a run."""

import os
import re

import numpy as np
import pytest
import torch

from edgecase.base.errors import ConfigError, ResourceError
from edgecase.machine import device as devices


@pytest.fixture
def gpus(monkeypatch):
    return lambda count: monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def test_auto_takes_a_gpu_if_there_is_one(gpus):
    gpus(0)
    assert devices.choose_device("auto") == torch.device("cpu")
    gpus(2)
    assert devices.choose_device("auto") == torch.device("cuda")


def test_devices_that_are_there(gpus):
    gpus(2)
    for name in ("cpu", "cuda", "cuda:0", "cuda:1"):
        assert devices.choose_device(name) == torch.device(name)


@pytest.mark.parametrize(
    ("name", "count"), [("cuda", 0), ("cuda:0", 0), ("cuda:1", 1), ("cuda:7", 2)]
)
def test_devices_that_are_not_there(gpus, name, count):
    gpus(count)
    with pytest.raises(ConfigError, match=rf"'{name}' is not there.* {count} CUDA devices"):
        devices.choose_device(name)


@pytest.mark.parametrize("name", ["gpu", "", "meta", "cuda:", "cuda:x", "cuda:-1", "CPU", "cpu:0"])
def test_names_that_are_not_devices(name):
    with pytest.raises(ConfigError) as error:
        devices.choose_device(name)
    assert f"'{name}'" in str(error.value)
    assert "auto, cpu, cuda" in str(error.value)


@pytest.fixture
def restored():
    threads = torch.get_num_threads()
    environment = dict(os.environ)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    os.environ.clear()
    os.environ.update(environment)


def test_configure_on_a_cpu_sets_the_threads_alone(restored):
    devices.configure(torch.device("cpu"), 1)
    assert torch.get_num_threads() == 1
    assert not torch.are_deterministic_algorithms_enabled()


def test_configure_on_a_gpu(restored):
    devices.configure(torch.device("cuda"), 1)
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert devices.describe(torch.device("cpu")) == "CPU, 1 threads"


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: torch.empty(2**45), id="torch"),
        pytest.param(lambda: np.empty(2**46), id="numpy"),
        pytest.param(
            lambda: torch.empty(2**45, device="cuda"),
            id="cuda",
            marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
        ),
    ],
)
def test_memory_that_is_not_there_is_one_error_with_the_remedy(ask):
    with pytest.raises(ResourceError) as caught, devices.short_of_memory("Use less"):
        ask()
    told = r"out of memory \(tried to allocate [0-9.]+ ?(bytes|[KMGT]iB)\)\. Use less"
    assert re.fullmatch(told, str(caught.value))


def test_another_error_stays_what_it_is():
    with pytest.raises(RuntimeError, match="shape"), devices.short_of_memory("Use less"):
        torch.ones(2).view(3)
    with pytest.raises(ResourceError) as caught, devices.short_of_memory("Use less"):
        raise MemoryError
    assert str(caught.value) == "out of memory. Use less"
