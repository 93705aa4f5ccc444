"""Which arithmetic is allowed where."""

import pytest
import torch

from edgecase.machine.precision import autocast_dtype, matrix_products


def allowed():
    return [torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32]


@pytest.fixture
def tf32_off():
    before = allowed()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def test_autocast():
    assert autocast_dtype("bf16") is torch.bfloat16
    assert autocast_dtype("fp32") is autocast_dtype("tf32") is None


@pytest.mark.parametrize(("precision", "within"), [("tf32", True), ("fp32", False)])
def test_tf32_is_allowed_within_the_block_alone(precision, within, tf32_off):
    with matrix_products(precision):
        assert allowed() == [within, within]
    assert allowed() == [False, False]
    with pytest.raises(KeyError), matrix_products(precision):
        raise KeyError
    assert allowed() == [False, False]
