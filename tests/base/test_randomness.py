"""Keys and generators on the host."""

import itertools
import random

import numpy as np

from edgecase.base.randomness import derive_key, numpy_generator

_ARGUMENTS = list(itertools.product((0, 1, 11), ("a", "order", "order|1"), (0, 1, 11), (-1, 0, 1)))


def test_every_argument_changes_the_key():
    keys = {derive_key(*arguments) for arguments in _ARGUMENTS}
    assert len(keys) == len(_ARGUMENTS)


def test_keys_are_signed_64_bit_and_use_all_bits():
    keys = [derive_key(seed, "purpose") for seed in range(400)]
    assert all(-(2**63) <= key < 2**63 for key in keys)
    set_bits = np.array([[key >> bit & 1 for bit in range(64)] for key in keys]).sum(0)
    # Binomial(400, 1/2): five standard deviations are 50.
    assert np.all(np.abs(set_bits - 200) < 50)


def test_keys_do_not_change_between_processes_and_versions():
    # Recorded once: results that are kept on disk depend on these numbers.
    assert derive_key(0, "clients", 1) == 1761984301518786356
    assert derive_key(7, "order", 3, -1) == 8339192886686011533


def test_equal_arguments_give_equal_draws_whatever_ran_before():
    first = numpy_generator(5, "pool", 2, 3).integers(0, 2**62, 20)
    numpy_generator(5, "other").random(1000)
    assert np.array_equal(numpy_generator(5, "pool", 2, 3).integers(0, 2**62, 20), first)


def test_different_streams_are_uncorrelated():
    streams = np.stack([numpy_generator(*arguments).normal(size=500) for arguments in _ARGUMENTS])
    correlation = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlation).max() < 6 / np.sqrt(500)


def test_global_generators_are_left_alone():
    random.seed(3)
    np.random.seed(3)
    before = random.getstate(), np.random.get_state()
    numpy_generator(1, "clients").normal(size=10)
    assert random.getstate() == before[0]
    after = np.random.get_state()
    assert np.array_equal(after[1], before[1][1])
    assert after[2:] == before[1][2:]
