"""The description of one participant's local training in one round."""

from dataclasses import dataclass

from edgecase.attacks.hooks import Hook


@dataclass(frozen=True)
class LocalTraining:
    """SGD with momentum and weight decay for `epochs` passes; momentum starts at 0 every round.

    The `hooks` change every step's gradient, and the model after it, in their order. With
    `carry_hidden`, a recurrent model carries its hidden state from batch to batch of an epoch, and
    takes samples that continue each other in their order. With `last_place`, the loss is that of
    each sample's last place alone. The training is over when the mean loss over an epoch is at most
    `enough`.
    """

    epochs: int
    batch_size: int
    lr: float
    momentum: float
    weight_decay: float
    hooks: tuple[Hook, ...] = ()
    carry_hidden: bool = False
    last_place: bool = False
    enough: float | None = None
