"""Lay a model over flat vectors of its parameters, its gradient and its buffers."""

import copy
import itertools
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import nn
from torch.optim.sgd import sgd

from edgecase.base.randomness import derive_key
from edgecase.defenses.last_layer import LastLayer
from edgecase.defenses.statistics import Statistics
from edgecase.models.heads import CLASSES, Head
from edgecase.models.layers import BatchNorm2d, Dropout, HiddenState


class FlatModel:
    """A module laid over flat vectors: parameters [P], their gradient [P], and buffers [B].

    Loading a client's start, taking a step and computing an update are single operations on these
    vectors, and no module is ever copied. A convolution's weights lie channels-last in the vector,
    which is the layout that the fast kernels read; `state` and `load_state` speak the module's own
    layout, so files do not depend on it.

    Buffers are the running statistics of normalisation, which the forward pass of training changes
    in place; a counter is none of them, and most models have none (B = 0). `head` says what the
    outputs mean.

    >>> from torch import nn
    >>> model = FlatModel(nn.Linear(2, 1))
    >>> _ = model.parameters.copy_(torch.tensor([3.0, 4.0, 5.0]))
    >>> model.module(torch.tensor([[1.0, 10.0]])).item()
    48.0
    >>> sorted(model.state())
    ['bias', 'weight']
    """

    def __init__(
        self,
        module: nn.Module,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
        head: Head = CLASSES,
    ) -> None:
        self.module = module.to(device=device, dtype=dtype)
        self.head = head
        named = dict(module.named_parameters())
        self.names = list(named)
        self._shapes = [parameter.shape for parameter in named.values()]
        self.parameters = torch.zeros(_total(self._shapes), device=device, dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self._views = self.views(self.parameters)
        for parameter, view, gradient in zip(
            named.values(), self._views, self.views(self.gradient), strict=True
        ):
            view.copy_(parameter.data)
            parameter.data = view
            parameter.grad = gradient
        buffers = {
            name: buffer for name, buffer in module.named_buffers() if buffer.is_floating_point()
        }
        self.buffer_names = list(buffers)
        self._buffer_shapes = [buffer.shape for buffer in buffers.values()]
        self.buffers = torch.zeros(_total(self._buffer_shapes), device=device, dtype=dtype)
        self._buffer_views = self.buffer_views(self.buffers)
        for (name, buffer), view in zip(buffers.items(), self._buffer_views, strict=True):
            view.copy_(buffer)
            owner, _, own = name.rpartition(".")
            # Without the version that views share: one layer's update is no change to another's.
            setattr(module.get_submodule(owner), own, view.data)
        self.dropouts = [layer for layer in module.modules() if isinstance(layer, Dropout)]
        self._normalisations = [
            layer for layer in module.modules() if isinstance(layer, BatchNorm2d)
        ]
        self._hidden_states = [
            layer for layer in module.modules() if isinstance(layer, HiddenState)
        ]

    @property
    def device(self) -> torch.device:
        return self.parameters.device

    @property
    def dtype(self) -> torch.dtype:
        return self.parameters.dtype

    @cached_property
    def last_layer(self) -> LastLayer | None:
        """Where the layer that gives the outputs lies: the last `nn.Linear` of the module, or the
        parameters that the module names in `outputs_by`; None without either."""
        names = getattr(self.module, "outputs_by", None)
        if names is None:
            linear = [n for n, layer in self.module.named_modules() if isinstance(layer, nn.Linear)]
            if not linear:
                return None
            names = [".".join(filter(None, (linear[-1], own))) for own in ("weight", "bias")]
        place = _places(self.names, self._shapes)
        weight, bias = names
        classes = self._shapes[self.names.index(weight)][0]
        return LastLayer(place[weight], place.get(bias), classes)

    @cached_property
    def statistics(self) -> tuple[Statistics, ...]:
        """Where the running statistics of each batch normalisation lie, in the module's order."""
        place = _places(self.buffer_names, self._buffer_shapes)
        owners = [
            name.removesuffix("running_mean") for name in place if name.endswith("running_mean")
        ]
        return tuple(
            Statistics(place[f"{owner}running_mean"], place[f"{owner}running_var"])
            for owner in owners
        )

    def load(self, parameters: torch.Tensor, buffers: torch.Tensor | None = None) -> None:
        """Become the model of `parameters` [P] and `buffers` [B], which only B = 0 can lack."""
        self.parameters.copy_(parameters)
        if buffers is not None:
            self.buffers.copy_(buffers)
        elif self.buffer_names:
            raise ValueError(f"the model has buffers ({', '.join(self.buffer_names)}); none given")

    def sgd_step(
        self, velocity: torch.Tensor | None, lr: float, momentum: float, weight_decay: float
    ) -> None:
        """A step of `torch.optim.SGD`: v ← μ v + (∇ + λ w), w ← w − lr v, with v [P] if μ > 0."""
        sgd(
            *([self.parameters], [self.gradient], [velocity]),
            lr=lr,
            momentum=momentum,
            weight_decay=weight_decay,
            dampening=0,
            nesterov=False,
            maximize=False,
            fused=True,
        )

    def replica(self) -> "FlatModel":
        """A model of its own with the same layers and values."""
        return FlatModel(copy.deepcopy(self.module), self.device, self.dtype, self.head)

    def views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Each parameter as a view of `flat` [..., P], in the module's order: [..., *shape]."""
        return _views(flat, self._shapes)

    def buffer_views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """Each buffer as a view of `flat` [..., B], in the module's order: [..., *shape]."""
        return _views(flat, self._buffer_shapes)

    def _named(self) -> dict[str, torch.Tensor]:
        names, views = self.names + self.buffer_names, self._views + self._buffer_views
        return dict(zip(names, views, strict=True))

    def state(self) -> dict[str, torch.Tensor]:
        """Name → contiguous copy of each parameter and buffer, on the CPU."""
        return {
            name: view.detach().to("cpu", copy=True).contiguous()
            for name, view in self._named().items()
        }

    def load_state(self, state: dict[str, torch.Tensor]) -> None:
        """The inverse of `state`. Raises `ValueError` if a name or a shape differs."""
        views = self._named()
        found = {name: tuple(tensor.shape) for name, tensor in state.items()}
        expected = {name: tuple(view.shape) for name, view in views.items()}
        if found != expected:
            differ = dict(found.items() ^ expected.items())
            listed = ", ".join(
                f"{name} is {found.get(name, 'absent')}, expected {expected.get(name, 'absent')}"
                for name in sorted(differ)
            )
            raise ValueError(f"parameters differ: {listed}")
        for name, view in views.items():
            view.copy_(state[name])

    def begin_dropout(self, keys: list[int], positions: torch.Tensor) -> None:
        """Set every dropout layer's stream for the next batch (see `Dropout.begin`)."""
        for layer, key in zip(self.dropouts, keys, strict=True):
            layer.begin(key, positions)

    def begin_normalisation(self, weights: torch.Tensor | None) -> None:
        """Set what each sample of the next batches counts (see `BatchNorm2d.begin`)."""
        for layer in self._normalisations:
            layer.begin(weights)

    def begin_hidden(self, carried: bool) -> None:
        """Set every hidden state to zero, and whether it is carried (see `HiddenState.begin`)."""
        for layer in self._hidden_states:
            layer.begin(carried)

    def dropout_keys(self, seed: int, purpose: str, round: int, client: int) -> list[int]:
        """One key per dropout layer for a client's training in a round."""
        return [
            derive_key(seed, f"{purpose}dropout-{layer}", round, client)
            for layer in range(len(self.dropouts))
        ]


def _places(names: Sequence[str], shapes: Sequence[torch.Size]) -> dict[str, slice]:
    """Where each tensor of these shapes lies in a flat vector of all, by its name."""
    ends = itertools.accumulate(shape.numel() for shape in shapes)
    return {
        name: slice(end - shape.numel(), end)
        for name, shape, end in zip(names, shapes, ends, strict=True)
    }


def _total(shapes: list[torch.Size]) -> int:
    return sum(shape.numel() for shape in shapes)


def _views(flat: torch.Tensor, shapes: list[torch.Size]) -> list[torch.Tensor]:
    views, start = [], 0
    for shape in shapes:
        end = start + shape.numel()
        views.append(_shaped(flat[..., start:end], shape))
        start = end
    return views


def _shaped(flat: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """[..., n] as a view [..., *shape]; four-dimensional shapes get channels-last strides."""
    if len(shape) != 4:
        return flat.unflatten(-1, shape)
    out_channels, in_channels, height, width = shape
    return flat.unflatten(-1, (out_channels, height, width, in_channels)).movedim(-1, -3)
