"""Time one back-end in a process of its own, so that its peak memory is its own."""

import importlib.util
import multiprocessing
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import torch

from benchmarks.measure import matrix_product_rate, peak_memory
from benchmarks.naive import Naive
from benchmarks.simulator import Simulator
from benchmarks.workload import Workload, build
from edgecase.base.errors import ConfigError
from edgecase.machine import device as devices

NAIVE = "naive"
PFL_RESEARCH = "pfl-research"

# A server that has imported everything forks the processes: they start at once, and are fresh.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Contestant:
    """What one process times: `backend` is `NAIVE`, `PFL_RESEARCH` or one of `trainer.BACKENDS`.

    `parameters` are a cell's resolved ones, precision included; `matrix_size` is that of the
    product for comparison (`measure.matrix_product_rate`).
    """

    parameters: Mapping
    backend: str
    seeds: int
    device: str
    threads: int
    data: Path | None
    matrix_size: int


@dataclass(frozen=True)
class Turn:
    """One timed round: seconds per seed and phase, the rate of a matrix product right after it, and
    the bytes at the peak up to the end of the process's first timed round.
    """

    seconds: Mapping[str, float]
    matrix_rate: float
    memory: int


def pfl_installed() -> bool:
    """Whether the package of pfl-research can be imported."""
    return importlib.util.find_spec("pfl") is not None


class Runner(Protocol):
    """What times a round of some seeds."""

    def round(self) -> dict[str, float]:
        """Seconds of a seed's round per phase (`measure.PHASES`)."""


class Worker:
    """The process of a contestant, which starts to build its workload at once."""

    def __init__(self, contestant: Contestant) -> None:
        self.contestant = contestant
        self._connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, contestant), daemon=True)
        self._process.start()
        theirs.close()

    def ready(self) -> str | None:
        """Wait until rounds can be timed; the reason if this back-end cannot run."""
        return self._answer()

    def turn(self) -> Turn | str:
        """Time a round; the reason if it cannot run after all."""
        self._connection.send("round")
        return self._answer()

    def stop(self) -> None:
        self._connection.close()
        self._process.join()

    def _answer(self) -> Turn | str | None:
        try:
            return self._connection.recv()
        except EOFError:
            name = f"{self.contestant.backend}, {self.contestant.parameters['precision']}"
            raise RuntimeError(f"the process of {name} failed; its error is above") from None


def _serve(connection: Connection, contestant: Contestant) -> None:
    """Answer once when ready and once per request; a text is the reason to go no further."""
    try:
        _rounds(connection, contestant)
    except EOFError:  # stopped
        pass
    except ConfigError as error:
        connection.send(str(error))
    except RuntimeError as error:  # out of memory, or a kernel that this device lacks
        traceback.print_exc()
        connection.send(f"failed: {str(error).splitlines()[0]}")


def _rounds(connection: Connection, contestant: Contestant) -> None:
    device = devices.choose_device(contestant.device)
    if contestant.backend in (NAIVE, PFL_RESEARCH):
        torch.set_num_threads(contestant.threads)  # everything else is torch's default
    else:
        devices.configure(device, contestant.threads)
    imported = peak_memory(device)
    workload = build(contestant.parameters, contestant.data)
    if device.type == "cpu":
        _make(contestant, workload.beginning(), device).round()
    runner = _make(contestant, workload, device)
    connection.send(None)
    memory = None
    while True:
        connection.recv()
        if device.type == "cuda":
            runner.round()  # the device's memory was handed back, and kernels are loaded lazily
        seconds = runner.round()
        if memory is None:  # before the matrices below
            memory = peak_memory(device) - imported
        rate = matrix_product_rate(
            device, contestant.parameters["precision"], contestant.matrix_size
        )
        if device.type == "cuda":
            torch.cuda.empty_cache()
        connection.send(Turn(seconds, rate, memory))


def _make(contestant: Contestant, workload: Workload, device: torch.device) -> Runner:
    if contestant.backend == NAIVE:
        return Naive(workload, contestant.seeds, device)
    if contestant.backend == PFL_RESEARCH:
        # pfl sets itself up on import, and only in a process of this name.
        multiprocessing.current_process().name = "MainProcess"
        from benchmarks.peers.pfl_research import PflResearch

        return PflResearch(workload, contestant.seeds, device)
    return Simulator(workload, contestant.backend, contestant.seeds, device)
