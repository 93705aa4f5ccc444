"""The hooks of local training by hand; federation/test_local.py has their place in a training."""

import math

import pytest
import torch

from edgecase.attacks.hooks import Step, project


def test_project():
    centre = torch.tensor([1.0, 1.0], dtype=torch.float64)
    for start, expected in [
        ([1.0, 1.0], [1.0, 1.0]),
        ([1.3, 1.4], [1.3, 1.4]),
        ([4.0, 5.0], [1.3, 1.4]),
        ([1.0, -9.0], [1.0, 0.5]),
    ]:
        vector = torch.tensor(start, dtype=torch.float64)
        project(vector, centre, 0.5)
        assert vector.tolist() == pytest.approx(expected)
    assert centre.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("size", [1e25, math.inf, math.nan])
def test_a_model_beyond_any_distance_has_diverged(size):
    """Finite numbers too, where their norm leaves the dtype: the projection must not hide them."""
    centre = torch.zeros(5)
    moved = centre.clone()
    moved[2] = size
    project(moved, centre, 0.5)
    assert moved.isnan().any()
    near = torch.full((5,), 1e15)
    project(near, centre, 0.5)
    assert near.tolist() == pytest.approx([0.5 / math.sqrt(5)] * 5)


def test_the_last_step_of_an_epoch():
    start = torch.zeros(1)
    assert [Step(index, 3, start).is_last for index in range(3)] == [False, False, True]
