"""Dropout drawn from (key, position), pooling, and torch's default initial weights."""

import math

import pytest
import torch
from scipy import stats
from torch import nn

from edgecase.models.layers import Dropout, MaxPool2d, initialise_default, scaled


def dropped(layer, x, key, positions):
    layer.begin(key, positions)
    return layer(x)


@pytest.mark.parametrize("per_channel", [False, True])
def test_a_mask_depends_on_key_and_position_alone(per_channel):
    layer = Dropout(0.5, per_channel=per_channel)
    x, positions = torch.ones(12, 6, 4, 4), torch.arange(12) + 30
    whole = dropped(layer, x, 8, positions)
    parts = [dropped(layer, x[:5], 8, p) for p in (positions[:5], positions[5:10])]
    assert torch.equal(torch.cat(parts), whole[:10])
    backwards = dropped(layer, x, 8, positions.flip(0))
    assert torch.equal(backwards.flip(0), whole)
    assert not torch.equal(dropped(layer, x, 9, positions), whole)
    assert not torch.equal(dropped(layer, x, 8, positions + 100), whole)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("probability", [0.25, 0.5])
def test_rate_and_scale(probability, per_channel):
    layer = Dropout(probability, per_channel=per_channel)
    out = dropped(layer, torch.full((2000, 10, 2, 2), 3.0), 1, torch.arange(2000))
    values = out.unique().tolist()
    assert values == pytest.approx([0.0, 3 / (1 - probability)])
    draws = out[:, :, 0, 0] if per_channel else out
    kept = (draws > 0).float().mean().item()
    deviation = math.sqrt(probability * (1 - probability) / draws.numel())
    assert abs(kept - (1 - probability)) < 4 * deviation


def test_per_channel_drops_whole_maps_and_plain_dropout_does_not():
    x, positions = torch.ones(50, 8, 3, 3), torch.arange(50)
    maps = dropped(Dropout(0.5, per_channel=True), x, 2, positions).flatten(2)
    assert torch.equal(maps.amin(2), maps.amax(2))
    units = dropped(Dropout(0.5), x, 2, positions).flatten(2)
    assert (units.amin(2) != units.amax(2)).float().mean() > 0.9


def test_units_of_a_layer_and_samples_are_independent():
    kept = dropped(Dropout(0.5), torch.ones(3000, 20), 3, torch.arange(3000))
    assert (torch.corrcoef(kept.T) - torch.eye(20)).abs().max() < 6 / math.sqrt(3000)
    # Neighbouring positions must not share draws shifted by one unit.
    assert not torch.equal(kept[:-1, 1:], kept[1:, :-1])


def test_the_gradient_carries_the_same_mask():
    layer = Dropout(0.25)
    x = torch.ones(6, 9, dtype=torch.float64, requires_grad=True)
    out = dropped(layer, x, 4, torch.arange(6))
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


def test_evaluation_passes_everything():
    x = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    assert Dropout(0.5).eval()(x) is x


def test_a_stream_that_does_not_fit_the_batch_is_refused():
    layer = Dropout(0.5)
    with pytest.raises(RuntimeError, match="begin"):
        layer(torch.ones(3, 2))
    layer.begin(1, torch.arange(4))
    with pytest.raises(RuntimeError, match="begin"):
        layer(torch.ones(3, 2))


def test_no_global_draws():
    before = torch.get_rng_state()
    dropped(Dropout(0.5), torch.ones(10, 10), 1, torch.arange(10))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("layer", "fan_in"), [(nn.Conv2d(5, 40, 3), 45), (nn.Linear(60, 50), 60)])
def test_default_weights_are_uniform_on_the_bound_of_torch(layer, fan_in):
    initialise_default(layer, torch.Generator().manual_seed(3))
    bound = 1 / math.sqrt(fan_in)
    for parameter in (layer.weight, layer.bias):
        assert parameter.abs().max() <= bound
    draws = layer.weight.detach().flatten().numpy()
    assert stats.kstest(draws, "uniform", args=(-bound, 2 * bound)).pvalue > 1e-3
    # torch's own initialisation has the same law.
    torch_draws = type(layer)(*_shape(layer)).weight.detach().flatten().numpy()
    assert stats.ks_2samp(draws, torch_draws).pvalue > 1e-3


def _shape(layer):
    if isinstance(layer, nn.Conv2d):
        return layer.in_channels, layer.out_channels, 3
    return layer.in_features, layer.out_features


@pytest.mark.parametrize(
    ("channels", "width", "expected"), [(64, 1.0, 64), (64, 0.5, 32), (64, 0.001, 1), (10, 0.25, 2)]
)
def test_scaled(channels, width, expected):
    assert scaled(channels, width) == expected


@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
def test_pooling_keeps_the_layout_in_its_gradient_and_the_numbers(memory_format):
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(3, 5, 6, 6, generator=generator).contiguous(memory_format=memory_format)
    weights = torch.randn(3, 5, 3, 3, generator=generator)
    gradients = []
    for pool in (MaxPool2d(2), nn.MaxPool2d(2)):
        x = maps.clone().requires_grad_()
        pooled = pool(x)
        (pooled.flatten(1) * weights.flatten(1)).sum().backward()
        gradients.append((pooled.detach(), x.grad))
    (ours, own_gradient), (theirs, plain_gradient) = gradients
    assert torch.equal(ours, theirs)
    assert torch.equal(own_gradient, plain_gradient)
    assert own_gradient.is_contiguous(memory_format=memory_format)


def test_pooling_hands_on_a_gradient_in_the_layout_of_the_maps():
    maps = torch.randn(2, 4, 4, 4).contiguous(memory_format=torch.channels_last).requires_grad_()
    pooled = MaxPool2d(2)(maps)
    seen = []
    pooled.register_hook(lambda gradient: seen.append(gradient.stride()))
    pooled.flatten(1).square().sum().backward()
    assert seen == [pooled.stride()]
