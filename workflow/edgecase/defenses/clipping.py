"""norm-clipping with a fixed bound, or the mean or the median of the round's norms as the bound."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.distances import clip_factors
from edgecase.defenses.postconditions import (
    require_all_accepted,
    require_clipped,
    require_no_noise,
)
from edgecase.defenses.registry import register


@register("norm-clipping", label="norm clipping", place=2)
@dataclass(frozen=True)
class NormClipping(Rule):
    """FedAvg of the updates scaled to norm <= `norm_bound` (NDC; Sun et al. 2019,
    arXiv 1911.07963)."""

    sparse = True
    one_by_one = True

    norm_bound: float = parameter("largest l2 norm of an update", above=0)

    def factors(self, norms: torch.Tensor) -> torch.Tensor:
        return clip_factors(norms, self.norm_bound)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        factors = self.factors(inputs.norms)
        return combine(inputs, inputs.shares, clip_factors=factors, bound=self.norm_bound)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Nobody is refused, nothing is added, and each update ends at min(norm, bound)."""
        require_all_accepted(aggregate)
        require_no_noise(aggregate)
        require_clipped(aggregate, inputs.norms, self.norm_bound)


@dataclass(frozen=True)
class _RoundsBound(Rule):
    """NDC with a bound that the norms of the round give, those of attackers among them."""

    sparse = True

    def bound(self, norms: torch.Tensor) -> float:
        """The bound of a round whose updates have the `norms` [m]."""
        raise NotImplementedError

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        return NormClipping(self.bound(inputs.norms)).aggregate(inputs)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """As for a fixed bound."""
        NormClipping(self.bound(inputs.norms)).check(aggregate, inputs)


@register("norm-clipping-adaptive", label="adaptive clipping", place=3)
@dataclass(frozen=True)
class AdaptiveNormClipping(_RoundsBound):
    """NDC with the unweighted mean of this round's update norms, attackers included, as bound."""

    def bound(self, norms: torch.Tensor) -> float:
        return norms.mean().item()


@register("norm-clipping-median", label="median clipping")
@dataclass(frozen=True)
class MedianNormClipping(_RoundsBound):
    """NDC with the unweighted median of this round's update norms as bound.

    Of an even number of clients it is the mean of the two in the middle. One huge update among
    three or more moves it to the next norm at most, where the mean follows without limit.
    """

    def bound(self, norms: torch.Tensor) -> float:
        ranked, m = norms.sort().values, len(norms)
        return ranked[[(m - 1) // 2, m // 2]].mean().item()
