"""The counter-based stream against the published SplitMix64 and a second implementation."""

import math

import pytest
import torch
from scipy import stats

from edgecase.base.tensor_randomness import (
    random_at_least,
    random_bits,
    random_integers,
    random_permutation,
    random_uniform,
    torch_generator,
)

_MASK = 2**64 - 1


def splitmix64(seed, count):
    """SplitMix64 in unbounded Python integers, with its running state."""
    state, numbers = seed & _MASK, []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        numbers.append(z ^ (z >> 31))
    return numbers


def unsigned(tensor):
    return [value & _MASK for value in tensor.flatten().tolist()]


def test_published_vector():
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert unsigned(random_bits(1234567, torch.arange(5))) == published
    assert splitmix64(1234567, 5) == published


@pytest.mark.parametrize("key", [0, 1, -1, 2**63 - 1, -(2**63), -8446744073709551557])
def test_bits_equal_the_sequential_generator(key):
    assert unsigned(random_bits(key, torch.arange(300))) == splitmix64(key, 300)


def test_bits_depend_on_key_and_counter_alone():
    counter = torch.arange(60)
    whole = random_bits(9, counter)
    assert torch.equal(random_bits(9, counter.view(3, 4, 5)).flatten(), whole)
    assert torch.equal(torch.cat([random_bits(9, part) for part in counter.split(7)]), whole)
    keys = torch.tensor([[9], [10]])
    assert torch.equal(random_bits(keys, counter)[1], random_bits(10, counter))
    assert not torch.equal(random_bits(10, counter), whole)


def test_uniform_is_uniform_and_never_one():
    draws = random_uniform(-77, torch.arange(100_000))
    assert draws.dtype == torch.float32
    assert draws.min() >= 0
    assert draws.max() < 1
    counts = torch.histc(draws, bins=100, min=0, max=1).numpy()
    assert stats.chisquare(counts).pvalue > 1e-4
    correlation = torch.corrcoef(torch.stack([draws[:-1], draws[1:]]))[0, 1]
    assert abs(correlation) < 5 / math.sqrt(100_000)


def test_uniform_is_the_top_24_bits():
    expected = [(number >> 40) / 2**24 for number in splitmix64(8, 50)]
    assert random_uniform(8, torch.arange(50)).tolist() == expected


@pytest.mark.parametrize("key", [12, -(2**63), 2**63 - 1])
def test_at_least_compares_the_uniform_numbers(key):
    first = torch.tensor([[0], [700], [2**40]])
    drawn = [splitmix64(key + start * 0x9E3779B97F4A7C15, 700) for start in first[:, 0].tolist()]
    for threshold in (0.0, 2.0**-24, 0.25, 0.999, 1 - 2.0**-24):
        found = random_at_least(threshold, key, first, 700)
        expected = [[(number >> 40) / 2**24 >= threshold for number in row] for row in drawn]
        assert found.tolist() == expected
        assert found.dtype == torch.bool


def test_at_least_with_a_key_for_each_member():
    keys, first = torch.tensor([5, -6])[:, None, None], torch.arange(8).view(2, 4, 1) * 30
    found = random_at_least(0.4, keys, first, 30)
    assert torch.equal(found, random_uniform(keys, first + torch.arange(30)) >= 0.4)
    assert 0.5 < found.double().mean() < 0.7


def test_streams_of_neighbouring_keys_are_unrelated():
    draws = torch.stack([random_uniform(key, torch.arange(5000)) for key in range(20)])
    correlation = torch.corrcoef(draws) - torch.eye(20)
    assert correlation.abs().max() < 6 / math.sqrt(5000)


@pytest.mark.parametrize("high", [1, 9, 1000])
def test_integers_are_uniform_in_range(high):
    draws = random_integers(4, torch.arange(50_000), high)
    counts = torch.bincount(draws, minlength=high)
    assert draws.min() >= 0
    assert len(counts) == high
    assert high == 1 or stats.chisquare(counts.numpy()).pvalue > 1e-4


def test_permutation_holds_every_element_once_in_each_row():
    rows = random_permutation(5, torch.arange(6 * 37).view(6, 37))
    assert torch.equal(rows.sort(dim=1).values, torch.arange(37).expand(6, 37))
    assert len({tuple(row) for row in rows.tolist()}) == 6


def test_permutations_are_uniform():
    rows = random_permutation(6, torch.arange(3 * 12_000).view(12_000, 3))
    codes = rows[:, 0] * 9 + rows[:, 1] * 3 + rows[:, 2]
    counts = codes.unique(return_counts=True)[1].numpy()
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-4


def test_torch_generator_follows_its_arguments_and_leaves_the_global_one_alone():
    before = torch.get_rng_state()
    first = torch.randn(8, generator=torch_generator(1, "noise", 2))
    assert torch.equal(torch.randn(8, generator=torch_generator(1, "noise", 2)), first)
    for other in [(2, "noise", 2), (1, "weights", 2), (1, "noise", 3), (1, "noise", 2, 1)]:
        assert not torch.equal(torch.randn(8, generator=torch_generator(*other)), first)
    assert torch.equal(torch.get_rng_state(), before)
