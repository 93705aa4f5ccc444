"""The benchmark of scale trains clients on rows of a store that repeats a few images."""

import torch
from benchmarks.scale import _IMAGES, CLIENTS, SAMPLES, Laps, parameters_of, populate


def test_a_population_is_of_clients_of_twenty_over_few_images():
    laps = Laps()
    population = populate(parameters_of(300, 10, "weak-dp"), laps)
    assert len(population.honest) == 300
    assert len(laps.seconds) == 3
    assert set(population.honest.sizes.tolist()) == {SAMPLES}
    store, last = population.store, population.honest[299]
    drawn = store.batch(last.index, last.transform, 0, last.index, torch.float32)
    first = store.batch(last.index % _IMAGES, last.transform, 0, last.index, torch.float32)
    assert torch.equal(drawn, first)
    edge = population.attacker.index[-1:]
    assert edge >= 300 * SAMPLES
    assert torch.equal(
        store.batch(edge, last.transform, 0, edge, torch.float32),
        last.transform.test(store.images[-1:]),
    )
    assert len(store.images) < CLIENTS
