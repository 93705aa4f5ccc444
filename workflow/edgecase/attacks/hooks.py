"""Change the gradient before a step, or the model after it: what a local training can be told.

A hook is called at every SGD step of one participant, by every back-end alike, and changes [P]
tensors in place. Frozen dataclasses compare and print as what they are:

>>> import torch
>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class SignOnly(Hook):
...     size: float
...
...     def gradient(self, gradient, parameters, step):
...         gradient.sign_().mul_(self.size)
>>> gradient = torch.tensor([3.0, -0.2, 0.0])
>>> start = torch.zeros(3)
>>> SignOnly(0.1).gradient(gradient, start, Step(index=0, count=4, start=start))
>>> gradient
tensor([ 0.1000, -0.1000,  0.0000])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgecase.base.lazy import torch
from edgecase.base.tensor_norms import l2_norm

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Step:
    """Where a training is: step `index` of the `count` of an epoch, from 0.

    `start` [P] is the global model that the training began from, and `anchor` [P] the model that
    `Proximal` stays close to, if the participant has one.
    """

    index: int
    count: int
    start: Tensor
    anchor: Tensor | None = None

    @property
    def is_last(self) -> bool:
        """Whether it is the last step of its epoch."""
        return self.index == self.count - 1


class Hook:
    """Called around every step; each method changes its first argument [P] in place."""

    def gradient(self, gradient: Tensor, parameters: Tensor, step: Step) -> None:
        """Before the optimizer, which adds the weight decay to what this leaves."""

    def after(self, parameters: Tensor, step: Step) -> None:
        """After the optimizer; the momentum is not touched."""


@dataclass(frozen=True)
class Projection(Hook):
    """Keep the local model in the l2 ball of `radius` around the global model.

    Applied after each step whose 0-based index within the epoch is divisible by `frequency`, and
    after the last step of the epoch.
    """

    radius: float
    frequency: int

    def after(self, parameters: Tensor, step: Step) -> None:
        self._project(parameters, step)

    def _project(self, parameters: Tensor, step: Step) -> None:
        if step.index % self.frequency == 0 or step.is_last:
            project(parameters, step.start, self.radius)


@dataclass(frozen=True)
class EarlyProjection(Projection):
    """The same before the optimizer's step, whose own length then lies beyond the ball."""

    def gradient(self, gradient: Tensor, parameters: Tensor, step: Step) -> None:
        self._project(parameters, step)

    def after(self, parameters: Tensor, step: Step) -> None:
        """The step stays as it is."""


@dataclass(frozen=True)
class Proximal(Hook):
    """Add c ‖w − anchor‖² to the loss, whose gradient is 2 c (w − anchor); c is `coefficient`."""

    coefficient: float

    def gradient(self, gradient: Tensor, parameters: Tensor, step: Step) -> None:
        assert step.anchor is not None
        gradient.add_(parameters - step.anchor, alpha=2 * self.coefficient)


@dataclass(frozen=True)
class GradientClipping(Hook):
    """Scale the gradient to an l2 norm of `max_norm`, if above (`torch.nn.utils.clip_grad_norm_`).

    As there, a norm n is scaled by max_norm / (n + 10⁻⁶).
    """

    max_norm: float

    def gradient(self, gradient: Tensor, parameters: Tensor, step: Step) -> None:
        norm = l2_norm(gradient)
        gradient.mul_((self.max_norm / (norm + 1e-6)).clamp(max=1.0))


def project(parameters: Tensor, centre: Tensor, radius: float) -> None:
    """Move `parameters` [P] in place onto the l2 ball of `radius` around `centre`, if outside.

    Parameters so far away that the dtype holds no distance have diverged, and become NaN.
    """
    difference = parameters - centre
    distance = l2_norm(difference)
    inside = distance <= radius
    # Over infinity the factor would be 0: a client that has diverged would pass for one at rest.
    factor = torch.where(distance.isfinite(), radius / distance, torch.nan)
    parameters.copy_(torch.where(inside, parameters, centre + difference * factor))
