"""The description of one participant's local training in one round."""

from dataclasses import dataclass

from edgecase.attacks.hooks import Hook


@dataclass(frozen=True)
class LocalTraining:
    """SGD with momentum and weight decay for `epochs` passes; momentum starts at 0 every round.

    The `hooks` change every step's gradient, and the model after it, in their order.
    """

    epochs: int
    batch_size: int
    lr: float
    momentum: float
    weight_decay: float
    hooks: tuple[Hook, ...] = ()
