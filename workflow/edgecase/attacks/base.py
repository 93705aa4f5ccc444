"""The description of one participant's local training in one round."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Projection:
    """Keep the local model in the l2 ball of `radius` around the global model.

    Applied after each step whose 0-based index within the epoch is divisible by `frequency`, and
    after the last step of the epoch.
    """

    radius: float
    frequency: int


@dataclass(frozen=True)
class LocalTraining:
    """SGD with momentum and weight decay for `epochs` passes; momentum starts at 0 every round.

    `proximal_coefficient` is the weight of ‖w − ŵ‖² in every step's loss (0: no such term), and
    `replaces_model` says that the update is scaled to replace the global model before it is sent.
    """

    epochs: int
    batch_size: int
    lr: float
    momentum: float
    weight_decay: float
    projection: Projection | None = None
    proximal_coefficient: float = 0.0
    replaces_model: bool = False


@dataclass(frozen=True)
class RoundContext:
    """What an attacker knows about the round: its number t (from 1) and the server's defense."""

    round: int
    defense: str
