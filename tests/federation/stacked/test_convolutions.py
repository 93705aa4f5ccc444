"""The convolution of every member, against torch.nn.functional.conv2d one by one."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from edgecase.federation.stacked.convolutions import LAYOUTS


def draw(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [(3, 1, 0), (3, 1, 1), (1, 1, 0), (5, 2, 2), ((3, 2), (2, 1), (0, 1))],
)
def test_convolution_of_each_member(layout, kernel, stride, padding):
    layer = nn.Conv2d(2, 4, kernel, stride, padding)
    images = draw(3, 5, 2, 9, 8)
    weight, bias = draw(3, *layer.weight.shape), draw(3, 4)
    found = layout.leave(layout.convolve(layout.enter(images), weight, bias, layer), 3)
    expected = torch.stack(
        [
            functional.conv2d(*member, stride=stride, padding=padding)
            for member in zip(images, weight, bias, strict=True)
        ]
    )
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_leaving_undoes_entering(layout):
    images = draw(3, 5, 2, 4, 6)
    entered = layout.enter(images)
    assert entered.dim() == 4
    assert entered.shape[2:] == (4, 6), "pooling works on the last two axes"
    assert torch.equal(layout.leave(entered, 3), images)
