"""Accuracies of a global model on the clean and the backdoor test set."""

from dataclasses import dataclass

import torch

from edgecase.federation.flat import FlatModel

#: images that a CPU tests at once: beyond, a layer's output leaves its caches, and the full-size
#: models take 1.2 to 2.2 times as long per image (docs/benchmarks.md).
_CPU_BATCH = 128


@dataclass(frozen=True)
class TestSets:
    """Both test sets in one pass: clean images first, then the backdoor test set.

    `images` [T, C, H, W] are normalised; `labels` int64 [T] are true labels for the `num_clean`
    clean ones and the attacker's label for the others.
    """

    images: torch.Tensor
    labels: torch.Tensor
    num_clean: int


@dataclass(frozen=True)
class Accuracy:
    """Percentages over exactly the samples of the test sets.

    `per_class` maps a class to its clean accuracy; a class without test samples is NaN.
    """

    main: float
    backdoor: float
    per_class: dict[int, float]


def evaluate(
    model: FlatModel,
    parameters: torch.Tensor,
    tests: TestSets,
    *,
    num_classes: int,
    batch_size: int,
    autocast: torch.dtype | None = None,
) -> Accuracy:
    """Accuracies of the model with `parameters` [P]; one transfer to the host at the end.

    `batch_size` is the most images that go through the model at once; a CPU takes fewer.
    """
    if model.device.type == "cpu":
        batch_size = min(batch_size, _CPU_BATCH)
    model.parameters.copy_(parameters)
    model.module.eval()
    with (
        torch.no_grad(),
        torch.autocast(model.device.type, autocast, enabled=autocast is not None),
    ):
        predicted = torch.cat(
            [model.module(batch).argmax(1) for batch in tests.images.split(batch_size)]
        )
    correct = predicted == tests.labels
    labels = tests.labels[: tests.num_clean]
    clean, backdoor = correct[: tests.num_clean], correct[tests.num_clean :]
    # Not a weighted bincount, which has no deterministic kernel on a GPU.
    members = labels == torch.arange(num_classes, device=labels.device)[:, None]
    per_class = (members & clean).sum(1).double() / members.sum(1)
    numbers = torch.cat([clean.double().mean()[None], backdoor.double().mean()[None], per_class])
    main, hit, *per_class = (100 * numbers).tolist()
    return Accuracy(main, hit, dict(enumerate(per_class)))
