"""The vote of a model's noisy copies, against a count one by one."""

import pytest
import torch
from tests.federation import small

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.federation.evaluate import evaluate
from edgecase.federation.simulate import NO_CLASSES, simulate
from edgecase.federation.vote import voted_accuracies

BOUNDS = {"rho_start": 1.8, "rho_growth": 0.01, "rho_cap": 5.0, "sigma": 0.01}


def voted(world, seed=1, **values):
    return voted_accuracies(
        *(world.model, world.start, world.tests, defenses.rule("crfl", BOUNDS | values)),
        torch.Generator().manual_seed(seed),
        num_classes=10,
        batch_size=7,
    )


@pytest.fixture
def world():
    return small.World("crfl", BOUNDS)


def test_copies_without_noise_say_what_the_model_says(world):
    found = evaluate(world.model, world.start, world.tests, num_classes=10, batch_size=7)
    assert voted(world, votes=3, test_sigma=0.0) == (found.main, found.backdoor)


def test_the_class_most_named_counts_and_of_several_the_lowest(world):
    generator, named = torch.Generator().manual_seed(1), []
    for _ in range(4):
        noise = torch.randn(len(world.start), generator=generator) * 0.5
        world.model.load(world.start + noise)
        named.append(world.model.module(world.tests.inputs).argmax(1).tolist())
    winners = []
    for names in zip(*named, strict=True):
        most = max(names.count(name) for name in names)
        winners.append(min(name for name in names if names.count(name) == most))
    assert any(len(set(names)) > 2 for names in zip(*named, strict=True))
    right = (torch.tensor(winners) == world.tests.labels).double()
    count = world.tests.num_clean
    expected = 100 * right[:count].mean().item(), 100 * right[count:].mean().item()
    assert voted(world, votes=4, test_sigma=0.5) == expected


def test_votes_are_columns_beside_numbers_that_they_do_not_change(world):
    plain = [record.values for record in world.records()]
    asked = small.World("crfl", BOUNDS | {"votes": 3, "test_sigma": 0.3})
    voting = [record.values for record in asked.records()]
    assert all("voted_task_acc" not in values for values in plain)
    for values, more in zip(plain, voting, strict=True):
        assert values.items() <= more.items()
        assert more["voted_task_acc"] is not None
        assert more["voted_backdoor_acc"] is not None


def test_a_text_to_predict_has_no_votes():
    world = small.World("crfl", BOUNDS | {"votes": 3})
    arguments = list(world._arguments())
    arguments[3] = NO_CLASSES
    with pytest.raises(ConfigError, match="crfl: votes are counted over classes"):
        next(simulate(*arguments))
