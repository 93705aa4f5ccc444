"""The description of one participant's local training in one round."""

from dataclasses import dataclass

from edgecase.attacks.hooks import Hook, Proximal


@dataclass(frozen=True)
class LocalTraining:
    """SGD with momentum and weight decay for `epochs` passes; momentum starts at 0 every round.

    The `hooks` change every step's gradient, and the model after it, in their order.
    `replaces_model` says that the update is scaled to replace the global model before it is sent.
    """

    epochs: int
    batch_size: int
    lr: float
    momentum: float
    weight_decay: float
    hooks: tuple[Hook, ...] = ()
    replaces_model: bool = False

    @property
    def is_anchored(self) -> bool:
        """Whether a hook stays close to what honest training on clean samples gives."""
        return any(isinstance(hook, Proximal) for hook in self.hooks)


@dataclass(frozen=True)
class RoundContext:
    """What an attacker knows about the round: its number t (from 1) and the server's defense."""

    round: int
    defense: str
