"""multi-metrics: the clients that three distances together call near (Huang et al. 2023)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.postconditions import require, require_no_noise, require_unclipped
from edgecase.defenses.registry import register
from edgecase.defenses.similarity import geometry_in

#: the least of the singular values beside the largest that is more than rounding.
_SINGULAR = 1e-14
#: elements of one float64 block.
_BLOCK = 2**20


@register("multi-metrics", label="MultiMetrics")
@dataclass(frozen=True)
class MultiMetrics(Rule):
    """The average of the `share` of the clients with the lowest x_iᵀ Σ⁻¹ x_i.

    x_i are the sums over all others of (1 − cos(W_i, W_j))², ‖W_i − W_j‖₁ and |‖W_i‖ − ‖W_j‖|, of
    the models W_i = w_t + update_i, and Σ is the covariance of these m rows. Huang et al.,
    "Multi-metrics adaptively identifies backdoors in federated learning", ICCV 2023; the formula
    is the released code's, whose scores are not centred and whose vectors are models where the
    paper says gradients. Published on edge cases: VGG-9 on CIFAR-10 with Southwest planes, 10 of
    200 clients, share 0.3.

    Assumes that the attackers are few and unlike the others; two who send nearly the same are kept.
    No memory. By design it refuses all but `share` of the clients: 70 % of the honest ones. Where Σ
    is singular, as among equal models, nobody can be told apart and everybody is kept.
    """

    space: Literal["models", "updates"] = parameter("what is compared", default="models")
    share: float = parameter(
        "share of the clients kept, rounded down", above=0, below=1, default=0.3
    )
    weights: Literal["samples", "equal"] = parameter(
        "whether the kept count by their samples or alike", default="samples"
    )

    def minimum_clients(self) -> int:
        """Three features need four rows for a covariance of full rank, and one is kept."""
        return max(4, math.ceil(1 / self.share))

    def num_kept(self, m: int) -> int:
        """How many of m clients are kept."""
        # 0.3 · 10 and the like are whole numbers, whatever their last bit.
        return int(self.share * m + 1e-9)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        features = self._features(inputs)
        scores = mahalanobis(features)
        kept = torch.ones_like(inputs.norms, dtype=torch.bool)
        if scores is not None:
            kept[scores.argsort(stable=True)[self.num_kept(len(scores)) :]] = False
        weights = inputs.shares_of(kept, alike=self.weights == "equal")
        return combine(inputs, weights, features=features, scores=scores)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Exactly so many are kept, or all where nobody can be told apart."""
        m, kept = len(inputs.norms), int(aggregate.accepted.sum())
        require("features" in aggregate.diagnostics, "nobody was compared")
        told_apart = aggregate.diagnostics["scores"] is not None
        expected = self.num_kept(m) if told_apart else m
        require(kept == expected, f"{kept} of {m} updates are accepted; the rule keeps {expected}")
        require_unclipped(aggregate)
        require_no_noise(aggregate)

    def _features(self, inputs: RoundInputs) -> torch.Tensor:
        """x [m, 3], float64."""
        shape = geometry_in(self.space, inputs, self.name)
        sums = [
            shape.cosine_distances.square().sum(dim=1),
            absolute_distances(inputs.updates).sum(dim=1),
            shape.gaps.abs().sum(dim=1),
        ]
        return torch.stack(sums, dim=1)


def mahalanobis(features: torch.Tensor) -> torch.Tensor | None:
    """x_iᵀ Σ⁻¹ x_i [m] of rows [m, k] with the covariance Σ (divisor m − 1); None if Σ is singular.

    Each feature is divided by its deviation first, which changes no score: they differ by powers of
    ten, and without it the condition of Σ is 10¹³ and more.
    """
    spread = features.std(dim=0)
    if (spread == 0).any():
        return None
    scaled = features / spread
    # The rows' own singular values, and not the covariance, which has their squares: beside one
    # update 10⁷ times as long as the others it would be singular, and all would be kept.
    _, sizes, axes = torch.linalg.svd(scaled - scaled.mean(dim=0), full_matrices=False)
    if sizes[-1] <= sizes[0] * _SINGULAR:
        return None
    return (len(features) - 1) * ((scaled @ axes.T) / sizes).square().sum(dim=1)


def absolute_distances(rows: torch.Tensor) -> torch.Tensor:
    """‖rows_i − rows_j‖₁ of [m, P]: [m, m], float64, symmetric, diagonal 0."""
    m = len(rows)
    pairs = torch.zeros(m * (m - 1) // 2, dtype=torch.float64, device=rows.device)
    for block in rows.split(max(1, _BLOCK // m), dim=1):
        pairs += torch.nn.functional.pdist(block.to(torch.float64), p=1)
    matrix = torch.zeros(m, m, dtype=torch.float64, device=rows.device)
    above = torch.triu_indices(m, m, offset=1, device=rows.device)
    matrix[above[0], above[1]] = pairs
    return matrix + matrix.T
