"""The 3×3 convolution against `nn.Conv2d`, and where it takes patches."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from edgecase.models.layers import Convolution3x3

WIDE = 342  # 9 · 342² weights are just more than 2²⁰


def layers(channels, dtype=torch.float64):
    """Ours and torch's own with the same weights, laid out channels-last."""
    ours = Convolution3x3(channels, channels).to(dtype, memory_format=torch.channels_last)
    plain = nn.Conv2d(channels, channels, 3, padding=1).to(dtype, memory_format=torch.channels_last)
    plain.load_state_dict(ours.state_dict())
    return ours, plain


def maps(channels, height, width, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(3, channels, height, width, generator=generator, dtype=dtype)
    return x.contiguous(memory_format=torch.channels_last)


def gradients(layer, x):
    x = x.clone().requires_grad_()
    out = layer(x)
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).view(out.shape)
    (out * weights).sum().backward()
    return out.detach(), x.grad, layer.weight.grad, layer.bias.grad


@pytest.mark.parametrize(("height", "width"), [(2, 2), (1, 1), (1, 4), (3, 1), (4, 4)])
def test_output_and_gradients_are_those_of_torch(height, width):
    ours, plain = layers(WIDE)
    x = maps(WIDE, height, width)
    for own, theirs in zip(gradients(ours, x), gradients(plain, x), strict=True):
        torch.testing.assert_close(own, theirs, rtol=0, atol=1e-11)
        assert own.shape == theirs.shape


def test_in_bf16_it_is_as_close_as_torch_is():
    ours, plain = layers(WIDE, torch.float32)
    x = maps(WIDE, 2, 2, torch.float32)
    exact = plain(x)
    with torch.autocast("cpu", torch.bfloat16):
        own, theirs = ours(x), plain(x)
    assert own.dtype == theirs.dtype == torch.bfloat16
    error, usual = ((out.float() - exact).abs().max() for out in (own, theirs))
    assert 0 < error <= 2 * usual


def test_maps_stay_channels_last():
    ours, _ = layers(WIDE)
    assert ours(maps(WIDE, 2, 2)).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("channels", "side", "patches"),
    [(WIDE, 2, True), (WIDE, 1, True), (WIDE, 4, False), (341, 2, False)],
)
def test_patches_are_for_tiny_maps_and_many_weights(channels, side, patches):
    ours, _ = layers(channels)
    assert (ours.weight.numel() >= 2**20) == (channels == WIDE)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        ours(maps(channels, side, side))
    aten = torch.ops.aten
    assert set(counter.get_flop_counts()["Global"]) == {aten.addmm if patches else aten.convolution}


def test_members_of_a_batch_have_weights_of_their_own():
    members = [layers(WIDE)[0] for _ in range(2)]
    x = torch.stack([maps(WIDE, 2, 2), maps(WIDE, 2, 2).flip(0)])
    stacked, _ = torch.func.stack_module_state(members)
    mapped = torch.func.vmap(lambda p, x: torch.func.functional_call(members[0], p, (x,)))
    alone = torch.stack([member(images) for member, images in zip(members, x, strict=True)])
    torch.testing.assert_close(mapped(stacked, x), alone, rtol=0, atol=1e-11)
