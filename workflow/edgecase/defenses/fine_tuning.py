"""What the server trains on behind the last round: the contract of a step after training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FineTuning:
    """A step behind the last round: SGD on samples that the server withholds from the clients."""

    samples: int
    epochs: int
    batch_size: int
    clip: float | None

    def lr(self, epoch: int) -> float:
        """The learning rate of `epoch`, from 0."""
        raise NotImplementedError
