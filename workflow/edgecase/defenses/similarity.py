"""Norms and cosine distances of the clients' models or updates, without cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecase.base.lazy import torch
from edgecase.defenses.contract import GLOBAL_MODEL, LAST_LAYER, RoundInputs, needed
from edgecase.defenses.distances import products, row_norms, squared_distances

#: what a rule compares: w_t + update_i, update_i, or the last layer of w_t + update_i.
Space = Literal["models", "updates", "last-layer"]


@dataclass(frozen=True, eq=False)
class Geometry:
    """norms [m] of some vectors, gaps [m, m] (norm i less norm j) and squared distances [m, m]."""

    norms: torch.Tensor
    gaps: torch.Tensor
    squared_distances: torch.Tensor

    @property
    def cosine_distances(self) -> torch.Tensor:
        """1 − cos of each pair: [m, m], float64, symmetric, diagonal 0.

        A vector of length 0 has distance 1 to all others, and 0 to its equals.
        """
        # 2 |a| |b| (1 − cos) = ‖a − b‖² − (|a| − |b|)². Models share w_t, and 1 − cos of two such
        # is 1e-5 or less: as a difference from 1, float32 keeps no digit of it (beyond the norm
        # ratio 100 it picks other clients), and here w_t does not enter the larger terms.
        scale = 2 * self.norms[:, None] * self.norms
        apart = (self.squared_distances - self.gaps.square()).clamp(min=0)
        return torch.where(scale > 0, apart / scale, (self.gaps != 0).to(apart))


def geometry(
    updates: torch.Tensor, norms: torch.Tensor, model: torch.Tensor | None = None
) -> Geometry:
    """The geometry of `updates` [m, P] with `norms` [m], or of `model` [P] + updates; no such sum
    is formed."""
    if model is None:
        return Geometry(norms, norms[:, None] - norms, squared_distances(updates))
    # |w + u|² = w·w + 2 w·u + u·u, whose first term is all models'.
    own = 2 * products(updates, model) + norms.square()
    lengths = (row_norms(model[None]).square() + own).clamp(min=0).sqrt()
    sums = lengths[:, None] + lengths
    gaps = torch.where(sums > 0, (own[:, None] - own) / sums, 0.0)
    return Geometry(lengths, gaps, squared_distances(updates))


def geometry_in(space: Space, inputs: RoundInputs, rule: str) -> Geometry:
    """The geometry of what the rule called `rule` compares.

    Raises `ConfigError` where the round lacks the global model or the last layer's place.
    """
    if space == "updates":
        return geometry(inputs.updates, inputs.norms)
    model = needed(inputs.global_model, rule, GLOBAL_MODEL)
    if space == "models":
        return geometry(inputs.updates, inputs.norms, model)
    layer = needed(inputs.last_layer, rule, LAST_LAYER)
    part = layer.flat(inputs.updates)
    return geometry(part, row_norms(part), layer.flat(model))
