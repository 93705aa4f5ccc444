"""Black-box attack: honest training, on poisoned data."""

from collections.abc import Mapping
from dataclasses import replace

from edgecase.attacks.base import LocalTraining, RoundContext


def blackbox(honest: LocalTraining, parameters: Mapping, context: RoundContext) -> LocalTraining:
    """SGD on the poisoned set at the honest learning rate (Wang et al. 2020, §3)."""
    return replace(honest, epochs=parameters["attacker_epochs"])
