"""What a rule can ask of the model that the updates are about."""

from __future__ import annotations

from typing import Protocol

from edgecase.base.lazy import torch


class Network(Protocol):
    """The task's model as a function of its flat vectors; asking it changes nothing."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input; of images (C, H, W)."""

    def outputs(
        self,
        parameters: torch.Tensor,
        inputs: torch.Tensor,
        buffers: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """What the model of `parameters` [P] says of `inputs` [n, …] in a test: [n, …].

        `buffers` [B] are its running statistics; without them it has the global model's.
        """
