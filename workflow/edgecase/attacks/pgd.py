"""PGD attack: the local model never leaves a ball around the global one."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from edgecase.attacks.base import LocalTraining
from edgecase.attacks.blackbox import attacker_batch_size, attacker_epochs
from edgecase.attacks.contract import Part, RoundView
from edgecase.attacks.hooks import EarlyProjection, Projection
from edgecase.attacks.registry import register
from edgecase.base.parameters import parameter

_DECAYED_UNDER = ("krum", "multi-krum")


@register("pgd")
@dataclass(frozen=True)
class PGD(Part):
    """Projected gradient descent on the poisoned set (Wang et al. 2020, §3).

    The learning rate is `attacker_lr · gamma^(t−1)`, the radius `eps`. The switch `radius_decay`
    says whether the radius is multiplied by gamma^(t−1): "published" under Krum and Multi-Krum
    alone, as the released code does, "always" or "never".
    """

    keys_with_option: ClassVar = {
        ("eps", "replacement"): (
            "eps_replacement",
            "the same, with model replacement (reported, unverified)",
        )
    }

    attacker_epochs: int = attacker_epochs()
    attacker_lr: float = parameter(
        "PGD: the attacker's learning rate of round 1; black-box uses `lr`", above=0
    )
    eps: float = parameter("PGD: radius of the l2 ball around the global model", above=0)
    project_frequency: int = parameter(
        "PGD: projection after the steps of an epoch whose index from 0 it divides, and after the "
        "last",
        minimum=1,
    )
    attacker_batch_size: int | None = attacker_batch_size()
    radius_decay: Literal["published", "never", "always"] = parameter(
        "the PGD radius shrinks by `gamma` every round under Krum and Multi-Krum only, never, or "
        "always",
        item=3,
        default="published",
    )

    projection_order: Literal["after", "before"] = parameter(
        "on sentences, PGD projects after a step, or (as published) before it",
        item=12,
        default="after",
    )

    def training(self, training: LocalTraining, view: RoundView) -> LocalTraining:
        decays = self.radius_decay == "always" or (
            self.radius_decay == "published" and view.defense in _DECAYED_UNDER
        )
        projection = Projection if self.projection_order == "after" else EarlyProjection
        radius = self.eps * (view.decay if decays else 1.0)
        return replace(
            training,
            epochs=self.attacker_epochs,
            batch_size=self.attacker_batch_size or training.batch_size,
            lr=self.attacker_lr * view.decay,
            hooks=(*training.hooks, projection(radius, self.project_frequency)),
        )
