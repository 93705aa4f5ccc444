"""One model whose parameters and gradients are two flat vectors."""

import torch
from torch import nn

from edgecase.models.layers import Dropout
from edgecase.randomness import derive_key


class FlatModel:
    """A module laid over a flat parameter vector [P] and a flat gradient vector [P].

    Loading a client's start, taking a step and computing an update are single operations on these
    vectors, and no module is ever copied. A convolution's weights lie channels-last in the vector,
    which is the layout that the fast kernels read; `state` and `load_state` speak the module's own
    layout, so files do not depend on it.
    """

    def __init__(
        self, module: nn.Module, device: str | torch.device = "cpu", dtype=torch.float32
    ) -> None:
        self.module = module.to(device=device, dtype=dtype)
        named = list(module.named_parameters())
        total = sum(parameter.numel() for _, parameter in named)
        self.parameters = torch.zeros(total, device=device, dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self._names = [name for name, _ in named]
        self._views = []
        start = 0
        for _, parameter in named:
            end = start + parameter.numel()
            view = _shaped(self.parameters[start:end], parameter.shape)
            view.copy_(parameter.data)
            parameter.data = view
            parameter.grad = _shaped(self.gradient[start:end], parameter.shape)
            self._views.append(view)
            start = end
        self.dropouts = [layer for layer in module.modules() if isinstance(layer, Dropout)]

    @property
    def device(self) -> torch.device:
        return self.parameters.device

    @property
    def dtype(self) -> torch.dtype:
        return self.parameters.dtype

    def state(self) -> dict[str, torch.Tensor]:
        """Name → contiguous copy of each parameter, on the CPU."""
        return {
            name: view.detach().to("cpu", copy=True).contiguous()
            for name, view in zip(self._names, self._views, strict=True)
        }

    def load_state(self, state: dict[str, torch.Tensor]) -> None:
        """The inverse of `state`. Raises `ValueError` if a name or a shape differs."""
        found = {name: tuple(tensor.shape) for name, tensor in state.items()}
        expected = {
            name: tuple(view.shape) for name, view in zip(self._names, self._views, strict=True)
        }
        if found != expected:
            raise ValueError(f"the parameters are {found}; this model has {expected}")
        for name, view in zip(self._names, self._views, strict=True):
            view.copy_(state[name])

    def begin_dropout(self, keys: list[int], positions: torch.Tensor) -> None:
        """Set every dropout layer's stream for the next batch (see `Dropout.begin`)."""
        for layer, key in zip(self.dropouts, keys, strict=True):
            layer.begin(key, positions)

    def dropout_keys(self, seed: int, purpose: str, round: int, client: int) -> list[int]:
        """One key per dropout layer for a client's training in a round."""
        return [
            derive_key(seed, f"{purpose}dropout-{layer}", round, client)
            for layer in range(len(self.dropouts))
        ]


def _shaped(flat: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """A view of `flat` with `shape`; four-dimensional ones with channels-last strides."""
    if len(shape) != 4:
        return flat.view(shape)
    out_channels, in_channels, height, width = shape
    return flat.view(out_channels, height, width, in_channels).permute(0, 3, 1, 2)
