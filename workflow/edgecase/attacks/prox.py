"""Prox attack: stay close to what honest training would have given."""

from dataclasses import dataclass, replace
from typing import ClassVar

from edgecase.attacks.base import LocalTraining
from edgecase.attacks.contract import Part, RoundView
from edgecase.attacks.hooks import Proximal
from edgecase.attacks.registry import register
from edgecase.base.parameters import parameter


@register("prox", option=True, place=2)
@dataclass(frozen=True)
class Prox(Part):
    """Add c · ‖w − ŵ‖² to every step's loss, c = `prox_coefficient`.

    ŵ is the model that honest training from w_t on the attacker's clean samples gives.
    """

    trains_reference: ClassVar[bool] = True

    prox_coefficient: float = parameter(
        "prox: factor c of c · ‖w − ŵ‖² in the loss (item 14)", above=0
    )

    def training(self, training: LocalTraining, view: RoundView) -> LocalTraining:
        return replace(training, hooks=(*training.hooks, Proximal(self.prox_coefficient)))
