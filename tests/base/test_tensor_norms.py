"""The l2 norm, against numpy in float64: torch's own is off by 10⁻⁶ at 300,001 numbers."""

import numpy as np
import pytest
import torch

from edgecase.base.tensor_norms import l2_norm


@pytest.mark.parametrize("size", [1, 7, 4096, 4097, 300_001])
def test_numpys_norm_in_float64(size):
    vector = torch.randn(size, generator=torch.Generator().manual_seed(size))
    norm = l2_norm(vector)
    assert norm.dtype == torch.float64
    assert norm.shape == ()
    assert norm.item() == pytest.approx(np.linalg.norm(vector.double().numpy()), rel=1e-7)


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_numbers_that_are_none_show(odd):
    vector = torch.ones(10_000)
    vector[5000] = odd
    assert not l2_norm(vector).isfinite()
