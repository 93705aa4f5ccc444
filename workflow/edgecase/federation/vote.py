"""Measure what noisy copies of a global model say by majority."""

import torch

from edgecase.base.errors import ConfigError
from edgecase.defenses import Rule
from edgecase.defenses.noise import add_noise
from edgecase.federation.evaluate import TestSets, largest_batch, testing
from edgecase.federation.flat import FlatModel


def check_votes(rule: Rule, tests: TestSets, num_classes: int) -> None:
    """Raise `ConfigError` if the rule asks for votes where no classes can be voted for."""
    if rule.voters()[0] and (num_classes == 0 or tests.carried_batch is not None):
        raise ConfigError(
            f"{rule.name}: votes are counted over classes, and one sample at a time; the task "
            "predicts words, or carries a hidden state (allowed: votes: 0)"
        )


def voted_accuracies(
    model: FlatModel,
    parameters: torch.Tensor,
    tests: TestSets,
    rule: Rule,
    generator: torch.Generator,
    *,
    num_classes: int,
    batch_size: int,
    buffers: torch.Tensor | None = None,
    autocast: torch.dtype | None = None,
) -> tuple[float, float]:
    """Percentages of the clean and of the backdoor test set that the vote is right about.

    As many copies of `parameters` [P] as the rule's `voters` say, each with its own noise from the
    `generator`, name a class for every sample; the most named one counts, of several the lowest
    (Xie et al. 2021, "CRFL"). Copies follow one another, and each tests all samples.
    """
    copies, stddev = rule.voters()
    batch_size = largest_batch(model, batch_size)
    votes = torch.zeros(len(tests.labels), num_classes, dtype=torch.int64, device=model.device)
    for _ in range(copies):
        noisy = parameters.clone()
        add_noise(noisy, stddev, generator)
        model.load(noisy, buffers)
        model.begin_hidden(False)
        with testing(model, autocast):
            batches = tests.inputs.split(batch_size)
            named = torch.cat([model.head.classes(model.module(batch)) for batch in batches])
        votes.scatter_add_(1, named[:, None], torch.ones_like(named)[:, None])
    # A lower class wins a tie: no two of these are equal.
    order = torch.arange(num_classes, device=model.device)
    right = ((votes * num_classes - order).argmax(dim=1) == tests.labels).double()
    clean, backdoor = right[: tests.num_clean].mean(), right[tests.num_clean :].mean()
    return 100 * clean.item(), 100 * backdoor.item()
