"""no-defense: federated averaging."""

import torch

from edgecase.defenses.base import Aggregate, RoundInputs, combine
from edgecase.defenses.postconditions import (
    require_all_accepted,
    require_no_noise,
    require_unclipped,
)


def average(inputs: RoundInputs) -> Aggregate:
    """Σ (n_i / n) · update_i (FedAvg; McMahan et al. 2017, algorithm 1)."""
    return combine(inputs, inputs.shares)


def check_average(aggregate: Aggregate, updates: torch.Tensor) -> None:
    """Every update takes part, unscaled and without noise."""
    require_all_accepted(aggregate)
    require_unclipped(aggregate)
    require_no_noise(aggregate)
