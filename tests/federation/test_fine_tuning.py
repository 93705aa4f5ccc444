"""Fine-tuning behind the last round: its rates, its steps by a plain loop, and whose data."""

import pytest
import torch
from tests.federation import small

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.defenses.csft import Csft

CSFT = {"name": "csft", "samples": 7, "epochs": 3, "batch_size": 4, "clip": 0.5}


def test_rates_by_hand():
    """Base 3e-4 and peaks 0.1 and 1e-3 as published on CIFAR-10: up and down in four epochs."""
    step = Csft(samples=500)
    first = [0.0003, 0.05015, 0.1, 0.05015, 0.0003, 0.05015, 0.1, 0.05015, 0.0003, 0.05015]
    assert [step.lr(epoch) for epoch in range(10)] == pytest.approx(first)
    assert [step.lr(epoch) for epoch in range(10, 14)] == pytest.approx(
        [0.001, 0.00065, 0.0003, 0.00065]
    )


@pytest.mark.parametrize("clip", [0.5, None])
def test_the_last_model_is_a_plain_loop_behind_the_rounds(clip):
    """The rounds are those without it on the same clients; then torch's own SGD and clipping."""
    world = small.World("no-defense", {"after_training": CSFT | {"clip": clip}})
    root = world.population.root.index
    assert len(root) == 7
    for samples in world.population.honest:
        assert not set(samples.index.tolist()) & set(root.tolist())
    assert not set(world.population.attacker.index.tolist()) & set(root.tolist())
    before, last = list(world.records())[-2:]
    plain = small.World("no-defense", {"after_training": CSFT | {"base_lr": 0.0, "epochs": 1}})
    untuned = list(plain.records())[-1]  # its only epoch has the rate 0
    assert not torch.equal(before.parameters, untuned.parameters)

    module = small.network()
    torch.nn.utils.vector_to_parameters(untuned.parameters, module.parameters())
    store, transform = world.population.store, world.population.root.transform
    step = Csft(samples=7, epochs=3, batch_size=4, clip=clip)
    for epoch in range(3):
        optimizer = torch.optim.SGD(module.parameters(), lr=step.lr(epoch))
        key = derive_key(small.SEED, "fine-tuning-order", epoch, 0)
        for batch in root[random_permutation(key, torch.arange(7))].split(4):
            x = transform.train(
                store.images, batch, 0, torch.zeros(len(batch), dtype=torch.int64), torch.float32
            )
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(module(x), store.labels[batch]).backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(module.parameters(), clip)
            optimizer.step()
    expected = torch.nn.utils.parameters_to_vector(module.parameters())
    torch.testing.assert_close(last.parameters, expected.detach(), rtol=0, atol=1e-5)


def test_running_statistics_move_with_the_model():
    world = small.World("no-defense", {"after_training": CSFT}, normalised=True)
    still = small.World(
        "no-defense", {"after_training": CSFT | {"base_lr": 0.0, "epochs": 1}}, normalised=True
    )
    tuned, other = list(world.records())[-1], list(still.records())[-1]
    assert not torch.equal(tuned.carried.buffers, other.carried.buffers)
    assert (tuned.carried.buffers[1:] > 0).all()


def test_a_rule_that_trains_on_a_root_set_keeps_it_to_itself():
    values = {"name": "fltrust", "root_samples": 6, "after_training": CSFT}
    with pytest.raises(ConfigError, match="csft after fltrust, which trains on a root set itself"):
        defenses.composed(values)
    with pytest.raises(ConfigError, match="csft: samples: is missing"):
        defenses.composed({"name": "krum", "after_training": {"name": "csft"}})
    assert not defenses.composed({"name": "krum", "after_training": CSFT}).trains_root
