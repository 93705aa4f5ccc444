"""krum and multi-krum (Blanchard et al., "Machine learning with adversaries", NeurIPS 2017)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.distances import squared_distances
from edgecase.defenses.postconditions import require_no_noise, require_refused, require_unclipped
from edgecase.defenses.registry import register


@dataclass(frozen=True)
class _ByScore(Rule):
    """What Krum and Multi-Krum share: they accept whole updates, by their scores."""

    sparse = True

    num_byzantine: int = parameter("attackers assumed in a round, f", minimum=1, default=1)

    def minimum_clients(self) -> int:
        """m >= 2 f + 3 (Blanchard et al. 2017, proposition 1: 2 f + 2 < n)."""
        return 2 * self.num_byzantine + 3

    def num_accepted(self, m: int) -> int:
        """How many of m updates are accepted."""
        raise NotImplementedError

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """So many are accepted, unscaled and without noise."""
        m = len(inputs.updates)
        require_refused(aggregate, m - self.num_accepted(m))
        require_unclipped(aggregate)
        require_no_noise(aggregate)


@register("krum", label="Krum", place=5)
@dataclass(frozen=True)
class Krum(_ByScore):
    """The one update with the lowest score (section 4)."""

    def num_accepted(self, m: int) -> int:
        return 1

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        scores = krum_scores(inputs.updates, self.num_byzantine)
        weights = torch.zeros_like(scores)
        weights[scores.argmin()] = 1.0  # argmin gives the first of equals
        return combine(inputs, weights, scores=scores)


@register("multi-krum", label="Multi-Krum", place=6)
@dataclass(frozen=True)
class MultiKrum(_ByScore):
    """The average by sample count of the m − f updates with the lowest scores."""

    def num_accepted(self, m: int) -> int:
        return m - self.num_byzantine

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        scores = krum_scores(inputs.updates, self.num_byzantine)
        best = scores.argsort(stable=True)[: self.num_accepted(len(scores))]
        weights = torch.zeros_like(scores)
        weights[best] = inputs.num_samples[best] / inputs.num_samples[best].sum()
        return combine(inputs, weights, scores=scores)


def krum_scores(updates: torch.Tensor, num_byzantine: int) -> torch.Tensor:
    """Score [m] of each update: Σ of its **squared** distances to the m − f − 2 nearest others."""
    distances = squared_distances(updates).fill_diagonal_(torch.inf)
    nearest = distances.sort(dim=1).values[:, : len(updates) - num_byzantine - 2]
    return nearest.sum(dim=1)
