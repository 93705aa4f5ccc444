"""no-defense: federated averaging."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.postconditions import (
    require_all_accepted,
    require_no_noise,
    require_unclipped,
)
from edgecase.defenses.registry import register


@register("no-defense", label="no defense", place=1)
@dataclass(frozen=True)
class Average(Rule):
    """Σ (n_i / n) · update_i (FedAvg; McMahan et al. 2017, algorithm 1)."""

    sparse = True
    one_by_one = True

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        return combine(inputs, inputs.shares)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Every update takes part, unscaled and without noise."""
        require_all_accepted(aggregate)
        require_unclipped(aggregate)
        require_no_noise(aggregate)
