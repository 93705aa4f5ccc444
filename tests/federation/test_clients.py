"""Who holds what: the store, honest clients and their edge samples, the attacker, the tests."""

import numpy as np
import pytest
import torch
from tests.federation import reference
from tests.federation.conftest import SIZES

from edgecase.base.errors import DataError
from edgecase.federation.clients import build_populations
from edgecase.federation.stores import ImageStore
from edgecase.federation.transforms import task_transforms
from edgecase.population.partition import Partition


def rows(population, samples):
    store = population.store
    return [(store.images[i].numpy(), int(store.labels[i])) for i in samples.index.tolist()]


def same(ours, expected):
    return len(ours) == len(expected) and all(
        np.array_equal(a, b) and label == int(wanted)
        for (a, label), (b, wanted) in zip(ours, expected, strict=True)
    )


@pytest.mark.parametrize("shape", [(4, 4, 1), (8, 8, 3)])
def test_samples_of_every_participant(shape, make_world, lay_out, parameters):
    world = make_world(shape)
    population, _ = lay_out(world, parameters())
    for ours, expected in zip(population.honest, world.pairs["honest"], strict=True):
        assert same(rows(population, ours), expected)
    assert same(rows(population, population.attacker), world.pairs["attacker"])
    assert same(rows(population, population.attacker_clean), world.pairs["attacker"][:6])
    assert population.attacker_count == 10
    sizes = [len(samples.index) for samples in population.honest]
    assert sizes == [n + {1: 2, 4: 1}.get(k, 0) for k, n in enumerate(SIZES)]
    assert population.largest == max(sizes)


def test_edge_samples_of_honest_clients_count_only_with_the_switch(make_world, lay_out, parameters):
    world = make_world()
    published, _ = lay_out(world, parameters())
    assert published.honest_counts.tolist() == SIZES
    corrected, _ = lay_out(world, parameters(switches={"edge_sample_weight": "corrected"}))
    assert corrected.honest_counts.tolist() == [len(samples.index) for samples in corrected.honest]


def test_transforms_of_honest_clients_and_attackers(make_world, lay_out, parameters):
    world = make_world((8, 8, 3))
    for switch in ("published", "one"):
        population, _ = lay_out(world, parameters(switches={"transforms": switch}))
        expected = task_transforms(3, switch)
        assert all(samples.transform == expected.honest for samples in population.honest)
        assert population.attacker.transform == expected.attacker
        assert population.attacker_clean.transform == expected.attacker


@pytest.mark.parametrize("shape", [(4, 4, 1), (8, 8, 3)])
def test_test_sets(shape, make_world, lay_out, parameters):
    world = make_world(shape)
    _, tests = lay_out(world, parameters())
    view = reference.COLOUR_ATTACKER if shape[2] == 3 else reference.DIGITS
    pairs = world.pairs["clean_test"] + world.pairs["backdoor_test"]
    expected = torch.stack([reference.view(image, view) for image, _ in pairs])
    torch.testing.assert_close(tests.inputs, expected, rtol=0, atol=1e-12)
    assert tests.labels.tolist() == [int(label) for _, label in pairs]
    assert tests.num_clean == 31


def test_a_case_without_honest_edge_data(make_world, lay_out, parameters):
    world = make_world()
    for name in ("honest_edge_x", "honest_edge_y", "honest_edge_client"):
        world.poison[name] = world.poison[name][:0]
    population, _ = lay_out(world, parameters())
    assert [len(samples.index) for samples in population.honest] == SIZES
    assert same(rows(population, population.attacker), world.pairs["attacker"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attacker_clean_index": np.array([99])}, "numbered 99"),
        ({"honest_edge_client": np.array([7, 0])}, "client 7 holds edge data"),
        ({"test_x": np.zeros((3, 2, 5, 1), np.uint8)}, "test_x has samples"),
    ],
)
def test_files_made_from_other_data_are_refused(change, message):
    images = torch.zeros((6, 4, 4, 1), dtype=torch.uint8)
    poison = {
        "attacker_clean_index": np.array([1]),
        "attacker_edge_x": np.zeros((1, 4, 4, 1), np.uint8),
        "attacker_edge_y": np.array([1]),
        "honest_edge_x": np.zeros((2, 4, 4, 1), np.uint8),
        "honest_edge_y": np.array([7, 7]),
        "honest_edge_client": np.array([0, 1]),
        "test_x": np.zeros((3, 4, 4, 1), np.uint8),
        "test_y": np.array([1, 1, 1]),
    }
    partition = Partition(np.arange(6), np.array([0, 3, 6]))
    transforms = task_transforms(1, "published")
    labels = torch.zeros(6, dtype=torch.int64)
    world = ImageStore(images, labels), [partition]
    build_populations(*world, [poison], transforms, count_edge_samples=False)
    with pytest.raises(DataError, match=message):
        build_populations(*world, [poison | change], transforms, count_edge_samples=False)
