"""csft: fine-tune the last model on clean data that the server holds (Hammer and Anvil)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.parameters import parameter
from edgecase.defenses.fine_tuning import FineTuning
from edgecase.defenses.steps import register_step

#: epochs of a rise and fall of the rate, and how many come before the peaks are lower.
_CYCLE = 4
_FIRST_EPOCHS = 10


@register_step("csft")
@dataclass(frozen=True)
class Csft(FineTuning):
    """Clipped super-fine-tuning: SGD without momentum on `samples` clean training samples, once,
    behind the last round.

    In epoch e, from 0, the rate is base + (peak − base) · (1 − |2 (e mod 4) / 4 − 1|), with the
    first peak in the epochs before 10 and the later one from there on; what is clipped is the norm
    of each step's gradient. "Hammer and Anvil", v1, by its released code (b4990c5): 100 epochs,
    batches of 32; on CIFAR-10 base 3e-4, peaks 0.1 and 1e-3, clipped at 5 with 500 images and at 2
    with 2,000; on MNIST 2,400 images, base 6e-4, peaks 0.2 and 2e-3; 20 clients, of which up to 8
    attack, under Krum. The model is in training mode, so running statistics move too.

    Assumes clean and labelled data at the server: its samples are withheld from the clients. Its
    effect is that of the server's data as much as of the rule before it.
    """

    samples: int = parameter("training samples that the server trains on", minimum=1)
    epochs: int = parameter("epochs", minimum=1, maximum=10_000, default=100)
    batch_size: int = parameter("samples of a step", minimum=1, default=32)
    base_lr: float = parameter("lowest learning rate", minimum=0, default=3e-4)
    first_peak: float = parameter("highest one of the first ten epochs", above=0, default=0.1)
    later_peak: float = parameter("highest one of the others", above=0, default=1e-3)
    clip: float | None = parameter(
        "largest norm of a step's gradient; null for none", above=0, default=5.0
    )

    def lr(self, epoch: int) -> float:
        peak = self.first_peak if epoch < _FIRST_EPOCHS else self.later_peak
        height = 1 - abs(2 * (epoch % _CYCLE) / _CYCLE - 1)
        return self.base_lr + (peak - self.base_lr) * height
