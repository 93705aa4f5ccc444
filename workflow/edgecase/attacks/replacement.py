"""Model replacement: scale the update so that it survives the average."""

from collections.abc import Mapping
from dataclasses import replace

from edgecase.attacks.base import LocalTraining, RoundContext


def replacement(
    training: LocalTraining, parameters: Mapping, context: RoundContext
) -> LocalTraining:
    """Send w_t + γ (w − w_t) with γ of `replacement_factor` (Bagdasaryan et al. 2020, eq. 3)."""
    return replace(training, replaces_model=True)


def replacement_factor(round_samples: float, attacker_samples: float) -> float:
    """γ = n_round / n_attacker: after FedAvg the global model is the attacker's, if alone.

    `round_samples` is the sum of the sample counts of all participants of the round, and
    `attacker_samples` the attacker's, or the sum over attackers who share the factor.
    """
    return round_samples / attacker_samples
