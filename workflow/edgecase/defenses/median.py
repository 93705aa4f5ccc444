"""median: the median of each coordinate (Yin et al. 2018, arXiv 1803.01498)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, whole
from edgecase.defenses.distances import per_block
from edgecase.defenses.postconditions import require_within_range
from edgecase.defenses.registry import register


@register("median", label="median")
@dataclass(frozen=True)
class Median(Rule):
    """update_p = median_i update_ip, whatever the clients' sample counts.

    Of an even number of clients it is the mean of the two in the middle. Assumes more honest
    clients than attackers in a round, whose updates agree in most coordinates.
    """

    weighted_sum = False
    sparse = True

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        return whole(inputs, per_block(inputs.updates, _median))

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """No coordinate lies outside of what the clients sent."""
        require_within_range(aggregate, inputs.updates)


def _median(block: torch.Tensor) -> torch.Tensor:
    """The median [c] of each column of [m, c], float64."""
    ranked, m = block.sort(dim=0).values, len(block)
    return ranked[[(m - 1) // 2, m // 2]].to(torch.float64).mean(dim=0)
