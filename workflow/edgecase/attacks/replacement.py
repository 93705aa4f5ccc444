"""Model replacement: scale the update so that it survives the average."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edgecase.attacks.contract import Cohort, Part, RoundView
from edgecase.attacks.registry import register
from edgecase.base.parameters import parameter

if TYPE_CHECKING:
    import torch


@register("replacement", option=True, place=1)
@dataclass(frozen=True)
class Replacement(Part):
    """Send w_t + γ (w − w_t) with γ of `replacement_factor` (Bagdasaryan et al. 2020, eq. 3)."""

    pool_assumptions: Literal["published", "corrected"] = parameter(
        "every pool attacker applies the full replacement factor and Krum assumes `num_byzantine`, "
        "or the round's attackers share the factor and f = max(1, ⌈m · pool / K⌉)",
        item=9,
        default="published",
    )

    replacement_counts: Literal["samples", "batches"] = parameter(
        "on sentences, the replacement factor divides by the attacker's samples, or (as published) "
        "by its batches",
        item=12,
        default="samples",
    )

    def craft(self, update: torch.Tensor, cohort: Cohort, view: RoundView) -> torch.Tensor:
        sharing = cohort.attackers if self.pool_assumptions == "corrected" else 1
        own = cohort.attacker_samples
        if self.replacement_counts == "batches":
            own = math.ceil(own / view.honest.batch_size)
        return update * replacement_factor(cohort.samples, sharing * own)


def replacement_factor(round_samples: float, attacker_samples: float) -> float:
    """γ = n_round / n_attacker: after FedAvg the global model is the attacker's, if alone.

    `round_samples` is the sum of the sample counts of all participants of the round, and
    `attacker_samples` the attacker's, or the sum over attackers who share the factor.
    """
    return round_samples / attacker_samples
