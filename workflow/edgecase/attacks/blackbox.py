"""Black-box attack: honest training, on poisoned data."""

from dataclasses import dataclass, replace

from edgecase.attacks.base import LocalTraining
from edgecase.attacks.contract import Part, RoundView
from edgecase.attacks.registry import register
from edgecase.base.parameters import parameter


def attacker_epochs() -> int:
    """The parameter of bases that train for a fixed time."""
    return parameter("E of attackers", minimum=1, maximum=10_000)


def attacker_batch_size() -> int | None:
    """The parameter of the same bases."""
    return parameter(
        "samples in a local step of attackers; null for `batch_size`", minimum=1, default=None
    )


@register("blackbox")
@dataclass(frozen=True)
class BlackBox(Part):
    """SGD on the poisoned set at the honest learning rate (Wang et al. 2020, §3)."""

    attacker_epochs: int = attacker_epochs()
    attacker_batch_size: int | None = attacker_batch_size()

    def training(self, training: LocalTraining, view: RoundView) -> LocalTraining:
        batch_size = self.attacker_batch_size or training.batch_size
        return replace(training, epochs=self.attacker_epochs, batch_size=batch_size)
