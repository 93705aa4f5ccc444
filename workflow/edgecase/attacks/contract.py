"""The contract of an attack: what an attacker sees of a round, and what it may do.

An attack's name is a base and any of its options in order: `pgd`, `pgd-replacement`,
`blackbox-replacement-prox`. Each of them is a `Part`, a frozen dataclass of its parameters in a
file of its own:

>>> from dataclasses import dataclass, replace
>>> from edgecase.base.parameters import parameter
>>> @dataclass(frozen=True)
... class Slow(Part):
...     slowness: float = parameter("factor on the epochs", above=0)
...
...     def training(self, training, view):
...         return replace(training, epochs=round(training.epochs * self.slowness))
>>> honest = LocalTraining(epochs=2, batch_size=32, lr=0.1, momentum=0.9, weight_decay=0.0)
>>> attack = Attack("slow", (Slow(1.5),))
>>> attack.training(RoundView(round=1, honest=honest, decay=1.0, defense="no-defense")).epochs
3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from edgecase.attacks.base import LocalTraining

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class RoundView:
    """What an attacker knows when it trains in a round.

    `round` is t, from 1; `honest` how honest clients train in it, and `decay` gamma^(t−1).
    `defense` is the server's rule by name. `global_model` and `last_aggregate` [P] are w_t and
    w_t − w_{t−1} (None before the second round, and for an attack that does not ask for it).
    `reference` [P] is the model that honest training on the attacker's own clean samples gives,
    for an attack that trains one. `backdoor` is the backdoor accuracy last measured, in percent.
    """

    round: int
    honest: LocalTraining
    decay: float
    defense: str
    global_model: torch.Tensor | None = None
    last_aggregate: torch.Tensor | None = None
    reference: torch.Tensor | None = None
    backdoor: float | None = None


@dataclass(frozen=True)
class Cohort:
    """The sample counts of a round: of all participants, and of one attacker; and how many attack,
    of how many participants."""

    samples: float
    attacker_samples: float
    attackers: int
    participants: int


@dataclass(frozen=True)
class Part:
    """A base or an option of an attack; what it does not change is as honest training has it."""

    #: whether the attacker first trains an honest model on its own clean samples.
    trains_reference: ClassVar[bool] = False
    #: whether it sees the server's last step, which a saved state then keeps.
    sees_last_aggregate: ClassVar[bool] = False

    def training(self, training: LocalTraining, view: RoundView) -> LocalTraining:
        """How the attacker trains: the `training` of the parts before, changed."""
        return training

    def craft(self, update: torch.Tensor, cohort: Cohort, view: RoundView) -> torch.Tensor:
        """The update [P] that is sent instead of the trained one."""
        return update

    #: (parameter, option) → the key of a task that holds the parameter beside the option, and what
    #: the key means.
    keys_with_option: ClassVar[Mapping[tuple[str, str], tuple[str, str]]] = {}


@dataclass(frozen=True)
class Attack:
    """The parts of an attack, in order."""

    name: str
    parts: tuple[Part, ...]

    @property
    def trains_reference(self) -> bool:
        return any(part.trains_reference for part in self.parts)

    @property
    def sees_last_aggregate(self) -> bool:
        return any(part.sees_last_aggregate for part in self.parts)

    def training(self, view: RoundView) -> LocalTraining:
        """How an attacker trains in the round."""
        training = view.honest
        for part in self.parts:
            training = part.training(training, view)
        return training

    def craft(self, update: torch.Tensor, cohort: Cohort, view: RoundView) -> torch.Tensor:
        """What an attacker sends for its trained `update` [P]."""
        for part in self.parts:
            update = part.craft(update, cohort, view)
        return update
