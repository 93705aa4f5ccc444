"""Clients that are authors."""

import csv

import numpy as np
import pytest
from tests.population.test_partition import run_script

from edgecase.base.errors import ConfigError
from edgecase.population.natural import Natural, natural
from edgecase.population.partition import load_partition, partition

OWNERS = np.array([0, 0, 1, 2, 2, 2, 3, 3])


def generator(seed=0):
    return np.random.default_rng(seed)


def test_a_client_holds_the_rows_of_its_author_in_order():
    index, offsets = natural(OWNERS, 4, 1, generator())
    assert index.tolist() == list(range(8))
    assert offsets.tolist() == [0, 2, 3, 6, 8]


def test_authors_with_little_text_are_no_clients():
    index, offsets = natural(OWNERS, 3, 2, generator())
    assert index.tolist() == [0, 1, 3, 4, 5, 6, 7]
    assert offsets.tolist() == [0, 2, 5, 7]


def test_the_seed_draws_among_more_authors_than_clients():
    owners = np.repeat(np.arange(30), 2)
    drawn = [natural(owners, 10, 1, generator(seed)) for seed in (0, 0, 1)]
    chosen = [owners[index[::2]].tolist() for index, _ in drawn]
    assert chosen[0] == chosen[1] == sorted(set(chosen[0])) != chosen[2]


def test_too_few_authors_are_refused():
    with pytest.raises(ConfigError, match="num_clients: 4 is more than the 3 of 4 authors"):
        natural(OWNERS, 4, 2, generator())


def test_samples_without_authors_are_refused():
    with pytest.raises(ConfigError, match="'natural' needs a data set whose samples have authors"):
        partition(OWNERS, 2, Natural(), generator())


@pytest.mark.parametrize("parameters", ['{"kind": "natural"}', '{"kind": "iid"}'])
def test_script_divides_text_and_counts_samples_alone(tmp_path, parameters):
    dataset, out = tmp_path / "text.npz", tmp_path / "seed0.npz"
    np.savez(dataset, y_train=np.full(8, 30_000), owner_train=OWNERS, words=np.zeros(1, np.uint8))
    run_script(
        *("--dataset", dataset, "--num-clients", 4, "--seed", 1),
        *("--parameters", parameters, "--out", out),
    )
    assert sorted(load_partition(out).index.tolist()) == list(range(8))
    with out.with_suffix(".csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == ["client", "total"]
    assert sum(int(row["total"]) for row in rows) == 8
