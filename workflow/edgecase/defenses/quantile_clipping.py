"""norm-clipping-quantile: a norm bound that follows a quantile of the norms (Andrew et al. 2021,
arXiv 1905.03871)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from edgecase.base.parameters import parameter
from edgecase.defenses.clipping import NormClipping
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register


@register("norm-clipping-quantile", label="quantile clipping")
@dataclass(frozen=True)
class QuantileClipping(Rule):
    """NDC with a bound C that is remembered: C ← C · exp(−rate · (b − quantile)) after the round.

    b is the share of clients whose norm is at most C, which are those that are not clipped. The
    round itself is clipped to the C of before. The paper also adds noise to b, for its privacy;
    there is none here.
    """

    initial_bound: float = parameter("C of the first round", above=0, default=0.1)
    quantile: float = parameter("share of clients not to clip", above=0, below=1, default=0.5)
    rate: float = parameter("how fast C follows", above=0, maximum=10, default=0.2)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        bound = self._bound(inputs)
        unclipped = (inputs.norms <= bound).double().mean().item()
        following = bound * math.exp(-self.rate * (unclipped - self.quantile))
        clipped = NormClipping(bound).aggregate(inputs)
        memory = {"bound": inputs.norms.new_tensor([following])}
        return replace(clipped, memory=memory)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """As for a fixed bound, which then moves by a factor of at most exp(rate)."""
        bound = self._bound(inputs)
        NormClipping(bound).check(aggregate, inputs)
        factor = aggregate.memory["bound"].item() / bound
        most = math.exp(self.rate)
        require(
            1 / most <= factor <= most,
            f"the bound changed by a factor of {factor:g}; allowed: {1 / most:g} to {most:g}",
        )

    def _bound(self, inputs: RoundInputs) -> float:
        known = inputs.memory.get("bound")
        return self.initial_bound if known is None else known.item()
