"""Networks of minima and maxima against sorting, and values near a median against their ranking."""

import itertools

import numpy as np
import pytest
import torch
from tests.defenses.running import drawn

from edgecase.defenses.ranks import Sorter, near_median, network, trimmed_mean


@pytest.mark.parametrize("m", range(1, 12))
def test_a_network_sorts_every_column_of_zeros_and_ones(m):
    """Which is to sort everything (Knuth, The Art of Computer Programming, volume 3, 5.3.4)."""
    columns = torch.tensor([*itertools.product([0.0, 1.0], repeat=m)]).T.contiguous()
    ranked, before = columns.sort(dim=0).values, columns.clone()
    assert torch.equal(torch.stack(Sorter(network(m))(columns)), ranked)
    for trimmed in range((m + 1) // 2):
        some = Sorter(network(m, trimmed))(columns)[trimmed : m - trimmed]
        assert torch.equal(torch.stack(some), ranked[trimmed : m - trimmed])
        expected = ranked[trimmed : m - trimmed].mean(dim=0, dtype=torch.float64)
        found = trimmed_mean(columns, trimmed, torch.float64)
        torch.testing.assert_close(found, expected, rtol=1e-15, atol=0)
    assert torch.equal(columns, before)


def test_more_rows_than_a_network_takes_and_more_columns_than_a_piece():
    for m, size in ((70, 30), (8, 70_000)):
        updates = drawn(m, size)
        median = np.median(updates.numpy(), axis=0)
        np.testing.assert_array_equal(trimmed_mean(updates, (m - 1) // 2, torch.float32), median)


def test_a_far_value_costs_no_digits_of_the_others():
    """Kept values are added; the sum of all without the extremes would be 0 here."""
    updates = torch.tensor([[1e30], [-1e30], [0.125], [0.25], [0.375]])
    assert trimmed_mean(updates, 1, torch.float32).item() == 0.25


def slow_near_median(column, kept, lower):
    """The mean of the `kept` values of a list nearest to its median; ties to the smaller."""
    ranked = sorted(column)
    middle = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
    median = middle[0] if lower else sum(middle) / 2
    nearest = sorted(ranked, key=lambda value: (abs(value - median), value))
    return sum(nearest[:kept]) / kept


@pytest.mark.parametrize("lower", [False, True])
def test_values_near_the_median(lower):
    generator = torch.Generator().manual_seed(4)
    for n in range(1, 12):
        updates = torch.randint(-6, 7, (n + 1, 40), generator=generator).double()
        for dropped in range(n):
            found = near_median(updates, range(n), dropped, torch.float64, lower=lower)
            columns = updates[:n].T.tolist()
            expected = [slow_near_median(column, n - dropped, lower) for column in columns]
            np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)
