"""One model whose parameters and gradients are two flat vectors."""

import torch
from torch import nn

from edgecase.base.randomness import derive_key
from edgecase.models.layers import Dropout


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
        self.names = [name for name, _ in named]
        self._shapes = [parameter.shape for _, parameter in named]
        total = sum(parameter.numel() for _, parameter in named)
        self.parameters = torch.zeros(total, device=device, dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self._views = self.views(self.parameters)
        for (_, parameter), view, gradient in zip(
            named, self._views, self.views(self.gradient), strict=True
        ):
            view.copy_(parameter.data)
            parameter.data = view
            parameter.grad = gradient
        self.dropouts = [layer for layer in module.modules() if isinstance(layer, Dropout)]

    @property
    def device(self) -> torch.device:
        return self.parameters.device

    @property
    def dtype(self) -> torch.dtype:
        return self.parameters.dtype

    def views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Each parameter as a view of `flat` [..., P], in the module's order: [..., *shape]."""
        views, start = [], 0
        for shape in self._shapes:
            end = start + shape.numel()
            views.append(_shaped(flat[..., start:end], shape))
            start = end
        return views

    def state(self) -> dict[str, torch.Tensor]:
        """Name → contiguous copy of each parameter, on the CPU."""
        return {
            name: view.detach().to("cpu", copy=True).contiguous()
            for name, view in zip(self.names, self._views, strict=True)
        }

    def load_state(self, state: dict[str, torch.Tensor]) -> None:
        """The inverse of `state`. Raises `ValueError` if a name or a shape differs."""
        found = {name: tuple(tensor.shape) for name, tensor in state.items()}
        expected = {
            name: tuple(view.shape) for name, view in zip(self.names, self._views, strict=True)
        }
        if found != expected:
            raise ValueError(f"the parameters are {found}; this model has {expected}")
        for name, view in zip(self.names, self._views, strict=True):
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
    """[..., n] as a view [..., *shape]; four-dimensional shapes get channels-last strides."""
    if len(shape) != 4:
        return flat.unflatten(-1, shape)
    out_channels, in_channels, height, width = shape
    return flat.unflatten(-1, (out_channels, height, width, in_channels)).movedim(-1, -3)
