"""The root set of a server: balanced, drawn once per seed, and nobody else's."""

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.population.partition import Partition
from edgecase.population.root import root_rows, root_sets

SIZES = [1, 20, 15, 4]
LABELS = np.arange(60) % 4
RNG = np.random.default_rng(0)
#: 40 of 60 samples are held by clients, the first by a client that has no other.
PARTITION = Partition(RNG.permutation(60)[:40], np.cumsum([0, *SIZES]))
POISON = {"attacker_clean_index": np.array([5, 6, 7, 41])}


def test_balanced_without_repeats_and_apart_from_everybody():
    rows = root_rows(LABELS, PARTITION, POISON, 22, seed=3)
    assert len(set(rows.tolist())) == 22
    assert sorted(np.bincount(LABELS[rows]).tolist()) == [5, 5, 6, 6]
    assert not set(rows) & {5, 6, 7, 41}
    assert PARTITION.index[0] not in rows, "a client keeps its last sample"


def test_a_function_of_the_seed_and_a_longer_one_begins_with_a_shorter():
    rows = [root_rows(LABELS, PARTITION, POISON, 10, seed).tolist() for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]
    assert root_rows(LABELS, PARTITION, POISON, 20, 0)[:10].tolist() == rows[0]
    poisons = {0: POISON, 1: POISON}
    found = root_sets(LABELS, {0: PARTITION, 1: PARTITION}, poisons, 10)
    assert [set_.tolist() for set_ in found] == [rows[0], rows[2]]
    assert root_sets(LABELS, {0: PARTITION}, poisons, 0) == []


def test_more_than_can_be_withheld():
    # 60, less the attacker's 4, and at least one for each client that has any left.
    with pytest.raises(DataError, match=r"a root set of 57 samples: 5\d can be withheld"):
        root_rows(LABELS, PARTITION, POISON, 57, 0)
