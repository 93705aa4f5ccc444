"""Let a server's rule ask the model that is trained."""

from dataclasses import dataclass

import torch

from edgecase.federation.flat import FlatModel

#: inputs that go through the model at once.
_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class AskedModel:
    """`model` as a rule may ask it (`defenses.network.Network`), between trainings.

    `example` [1, …] is one of its inputs, and `buffers` [B] are the global model's.
    """

    model: FlatModel
    example: torch.Tensor
    buffers: torch.Tensor | None

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.example.shape[1:])

    def outputs(
        self,
        parameters: torch.Tensor,
        inputs: torch.Tensor,
        buffers: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """What the model of `parameters` [P] and `buffers` [B] says of `inputs` [n, …]."""
        self.model.load(parameters, self.buffers if buffers is None else buffers)
        self.model.module.eval()
        with torch.no_grad():
            own = inputs.to(self.example).split(_AT_ONCE)
            return torch.cat([self.model.module(batch) for batch in own])
