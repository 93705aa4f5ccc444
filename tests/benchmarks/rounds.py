"""What every simulator that is timed has to compute: a round of this project."""

from collections.abc import Mapping

import torch
from benchmarks.simulator import Simulator
from benchmarks.workload import Workload

from edgecase import models
from edgecase.federation.flat import FlatModel


def assert_is_the_projects(found: Mapping[str, torch.Tensor], workload: Workload) -> None:
    """`found` is the next global model of `workload`'s round, but for rounding, and it moved."""
    described = workload.parameters.model
    model = FlatModel(models.build(described.name, width=described.width))
    before = {name: tensor.clone() for name, tensor in model.state().items()}
    simulator = Simulator(workload, "sequential", 1, torch.device("cpu"))
    model.parameters += simulator.updates()[0]
    assert found.keys() == before.keys()
    for name, expected in model.state().items():
        torch.testing.assert_close(found[name], expected, rtol=1e-4, atol=1e-6)
    assert any((found[name] - before[name]).abs().max() > 1e-3 for name in found)
