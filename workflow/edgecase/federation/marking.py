"""Train a server's mark into the global model before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from edgecase.base.errors import SimulationError
from edgecase.base.tensor_norms import l2_norm
from edgecase.defenses.marking import Mark, Marking
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Stream

#: the server's number where clients have theirs.
_SERVER = 0


@dataclass(frozen=True, eq=False)
class Marks:
    """What the model of a seed is marked with: inputs [n, …] as a test sees them, labels [n]."""

    inputs: torch.Tensor
    labels: torch.Tensor


def marked(
    model: FlatModel,
    start: torch.Tensor,
    buffers: torch.Tensor | None,
    marks: Marks,
    marking: Marking,
    seed: int,
    round: int,
    autocast: torch.dtype | None = None,
) -> tuple[torch.Tensor, Mark]:
    """The model [P] with the mark, from `start` [P] and `buffers` [B], and the mark.

    A step is that of `torch.optim.SGD` on cross-entropy + (μ / 2) · ‖w − start‖, whose gradient is
    taken as 0 at w = start. Batches keep their order. Raises `SimulationError` if w stops being
    finite.
    """
    stream = Stream(seed, round, _SERVER, purpose="mark-")
    keys = model.dropout_keys(stream.seed, stream.purpose, stream.round, stream.client)
    model.load(start, buffers)
    model.module.train()
    model.begin_normalisation(None)
    velocity = torch.zeros_like(start) if marking.momentum else None
    count = len(marks.labels)
    with torch.enable_grad():
        for epoch in range(marking.epochs):
            positions = torch.arange(epoch * count, (epoch + 1) * count, device=model.device)
            for first in range(0, count, marking.batch_size):
                batch = slice(first, first + marking.batch_size)
                model.begin_dropout(keys, positions[batch])
                model.gradient.zero_()
                with torch.autocast(model.device.type, autocast, enabled=autocast is not None):
                    outputs = model.module(marks.inputs[batch])
                model.head.loss(outputs.to(model.dtype), marks.labels[batch]).mean().backward()
                with torch.no_grad():
                    _pull(model.gradient, model.parameters - start, marking.mu)
                    model.sgd_step(
                        velocity, marking.lr(epoch), marking.momentum, marking.weight_decay
                    )
    if not model.parameters.isfinite().all():
        raise SimulationError(
            f"seed {seed}, round {round}: the mark's training diverged; use a lower lr"
        )
    return model.parameters.clone(), Mark(marks.inputs, marks.labels, model.buffers.clone())


def _pull(gradient: torch.Tensor, moved: torch.Tensor, mu: float) -> None:
    """Add the gradient of (μ / 2) · ‖moved‖."""
    norm = l2_norm(moved)
    gradient.add_(moved * torch.where(norm > 0, mu / 2 / norm, 0.0))
