"""One-shot attack: train until the backdoor is learnt, then take the place of all participants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgecase.attacks.base import LocalTraining
from edgecase.attacks.contract import Cohort, Part, RoundView
from edgecase.attacks.registry import register
from edgecase.base.parameters import parameter

if TYPE_CHECKING:
    import torch

#: percent of backdoor accuracy above which the rate is divided, and by what (released code)
_SLOWER = ((20, 50), (60, 100))


@register("oneshot")
@dataclass(frozen=True)
class OneShot(Part):
    """Constrain and scale as Bagdasaryan et al. (AISTATS 2020) run it on words.

    The loss is that of each sample's last place: of a text, its last word; of an image or a
    sentence with a class, the ordinary loss. Where the global model still has the backdoor, the
    rate is small. The update is sent m / (attackers of the round) times, which undoes a plain mean;
    where the server weights by samples, it does so for an attacker with as many as the others.
    """

    oneshot_lr: float = parameter(
        "one-shot: learning rate; a fiftieth where backdoor accuracy was last measured above 20 %, "
        "and a hundredth of that above 60 %",
        above=0,
        default=0.2,
    )
    oneshot_epochs: int = parameter(
        "one-shot: E of attackers, at most", minimum=1, maximum=10_000, default=250
    )
    oneshot_loss: float = parameter(
        "one-shot: mean loss of an epoch at which an attacker stops", above=0, default=1e-4
    )

    def training(self, training: LocalTraining, view: RoundView) -> LocalTraining:
        lr = self.oneshot_lr
        for percent, divisor in _SLOWER:
            if view.backdoor is not None and view.backdoor > percent:
                lr /= divisor
        return replace(
            training,
            epochs=self.oneshot_epochs,
            lr=lr,
            last_place=True,
            enough=self.oneshot_loss,
        )

    def craft(self, update: torch.Tensor, cohort: Cohort, view: RoundView) -> torch.Tensor:
        return update * (cohort.participants / cohort.attackers)
