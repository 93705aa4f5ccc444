"""Rounds of this project as the peers' are timed: training and the average, one after the other."""

import torch

from benchmarks.simulator import Simulator
from benchmarks.workload import Workload
from edgecase.machine.device import configure
from edgecase.models.layers import Dropout


class Ours:
    """The rounds of `workload` by one back-end on `threads` threads of the CPU."""

    def __init__(self, workload: Workload, backend: str, threads: int, *, dropout: bool) -> None:
        cpu = torch.device("cpu")
        configure(cpu, threads)
        self._simulator = Simulator(workload, backend, 1, cpu)
        if not dropout:
            for layer in self._simulator.model.module.modules():
                if isinstance(layer, Dropout):
                    layer.probability = 0.0

    def round(self) -> None:
        """Train and average once; the next round goes on from there."""
        self._simulator.advance()

    def state(self) -> dict[str, torch.Tensor]:
        """The parameters of the global model."""
        return self._simulator.state()
