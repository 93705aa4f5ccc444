"""Prox attack: stay close to what honest training would have given."""

from collections.abc import Mapping
from dataclasses import replace

from edgecase.attacks.base import LocalTraining, RoundContext
from edgecase.attacks.hooks import Proximal


def prox(training: LocalTraining, parameters: Mapping, context: RoundContext) -> LocalTraining:
    """Add c · ‖w − ŵ‖² to every step's loss, c = `prox_coefficient`.

    ŵ is the model that honest training from w_t on the attacker's clean samples gives.
    """
    return replace(training, hooks=(*training.hooks, Proximal(parameters["prox_coefficient"])))
