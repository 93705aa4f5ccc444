"""PGD attack: the local model never leaves a ball around the global one."""

from collections.abc import Mapping
from dataclasses import replace

from edgecase.attacks.base import LocalTraining, RoundContext
from edgecase.attacks.hooks import Projection

_DECAYED_UNDER = ("krum", "multi-krum")


def pgd(honest: LocalTraining, parameters: Mapping, context: RoundContext) -> LocalTraining:
    """Projected gradient descent on the poisoned set (Wang et al. 2020, §3).

    The learning rate is `attacker_lr · gamma^(t−1)`, the radius `eps`. The switch `radius_decay`
    says whether the radius is multiplied by gamma^(t−1): "published" under Krum and Multi-Krum
    alone, as the released code does, "always" or "never".
    """
    decay = parameters["gamma"] ** (context.round - 1)
    rule = parameters["switches"]["radius_decay"]
    decays = rule == "always" or (rule == "published" and context.defense in _DECAYED_UNDER)
    return replace(
        honest,
        epochs=parameters["attacker_epochs"],
        lr=parameters["attacker_lr"] * decay,
        hooks=(
            *honest.hooks,
            Projection(
                radius=parameters["eps"] * (decay if decays else 1.0),
                frequency=parameters["project_frequency"],
            ),
        ),
    )
