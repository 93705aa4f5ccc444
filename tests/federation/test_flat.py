"""The flat model: views, layouts and the way back to a state dict."""

import pytest
import torch
from tests.federation import reference
from torch import nn

from edgecase import models
from edgecase.federation.flat import FlatModel


@pytest.fixture
def module():
    return models.build("lenet", width=0.1, generator=torch.Generator().manual_seed(3))


def test_the_vector_holds_the_modules_numbers_convolutions_channels_last(module):
    weights = [parameter.detach().clone() for parameter in module.parameters()]
    model = FlatModel(module)
    assert torch.equal(model.parameters, reference.flat(weights))
    assert model.parameters.dtype == model.dtype == torch.float32
    for parameter, weight in zip(model.module.parameters(), weights, strict=True):
        assert torch.equal(parameter, weight)


def test_parameters_and_gradients_are_views_of_the_vectors(module):
    model = FlatModel(module)
    storages = model.parameters.untyped_storage(), model.gradient.untyped_storage()
    for parameter in model.module.parameters():
        assert parameter.data.untyped_storage().data_ptr() == storages[0].data_ptr()
        assert parameter.grad.untyped_storage().data_ptr() == storages[1].data_ptr()
        if parameter.dim() == 4:
            for tensor in (parameter, parameter.grad):
                assert tensor.is_contiguous(memory_format=torch.channels_last)
    model.parameters.fill_(0.25)
    assert all((parameter == 0.25).all() for parameter in model.module.parameters())


def test_backward_accumulates_into_the_flat_gradient(module):
    twin = models.build("lenet", width=0.1, generator=torch.Generator().manual_seed(3)).eval()
    model = FlatModel(module)
    model.module.eval()
    x = torch.randn(3, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    for _ in range(2):
        model.module(x).square().sum().backward()
        twin(x).square().sum().backward()
    expected = reference.flat([parameter.grad for parameter in twin.parameters()])
    torch.testing.assert_close(model.gradient, expected)
    model.gradient.zero_()
    assert not any(parameter.grad.any() for parameter in model.module.parameters())


def test_state_round_trip(module):
    names = [name for name, _ in module.named_parameters()]
    shapes = [parameter.shape for parameter in module.parameters()]
    model = FlatModel(module)
    state = model.state()
    assert list(state) == names
    assert [tensor.shape for tensor in state.values()] == shapes
    assert all(tensor.is_contiguous() for tensor in state.values())
    before = model.parameters.clone()
    model.parameters.zero_()
    assert state[names[0]].any(), "the state is a copy"
    model.load_state(state)
    assert torch.equal(model.parameters, before)
    plain = models.build("lenet", width=0.1)
    plain.load_state_dict(state)
    assert torch.equal(reference.flat([p.detach() for p in plain.parameters()]), before)


def test_states_that_do_not_fit_are_refused_and_nothing_is_loaded(module):
    model = FlatModel(module)
    before = model.parameters.clone()
    state = {name: tensor + 1 for name, tensor in model.state().items()}
    first = next(iter(state))
    renamed = {f"x{name}": tensor for name, tensor in state.items()}
    missing = {name: tensor for name, tensor in state.items() if name != first}
    reshaped = state | {first: state[first].permute(0, 1, 3, 2)[:, :, :2]}
    # The same number of elements, but another shape.
    flattened = state | {first: state[first].flatten()}
    for wrong in (renamed, missing, reshaped, flattened, state | {"more": torch.zeros(1)}):
        with pytest.raises(ValueError, match="parameters differ: "):
            model.load_state(wrong)
        assert torch.equal(model.parameters, before)


def test_precision_of_choice(module):
    model = FlatModel(module, dtype=torch.float64)
    assert model.parameters.dtype == model.gradient.dtype == torch.float64
    assert all(parameter.dtype == torch.float64 for parameter in model.module.parameters())


def test_dropout_keys_differ_by_layer_purpose_seed_round_and_client(module):
    model = FlatModel(module)
    assert len(model.dropouts) == 2
    streams = [(0, "", 1, 2), (1, "", 1, 2), (0, "anchor-", 1, 2), (0, "", 2, 2), (0, "", 1, 3)]
    keys = [key for stream in streams for key in model.dropout_keys(*stream)]
    assert len(set(keys)) == 10
    assert model.dropout_keys(*streams[0]) == keys[:2]


def test_a_model_without_dropout_has_no_keys():
    model = FlatModel(nn.Linear(3, 2))
    assert model.dropout_keys(0, "", 1, 2) == []
    model.begin_dropout([], torch.arange(4))


@pytest.mark.parametrize("name", ["lenet", "vgg9", "lstm", "tied-lstm"])
def test_the_last_layer_is_where_the_module_has_it(name):
    of_data = {"lstm": {"words": 30, "padding": "masked"}, "tied-lstm": {"words": 30}}
    model = FlatModel(models.build(name, width=0.1, **of_data.get(name, {})))
    weight, bias = {
        "lenet": ("10.weight", "10.bias"),
        "vgg9": (model.names[-2], model.names[-1]),
        "lstm": ("logit.weight", "logit.bias"),
        "tied-lstm": ("embedding.weight", "bias"),
    }[name]
    own, layer = dict(model.module.named_parameters()), model.last_layer
    assert torch.equal(layer.weights(model.parameters), own[weight])
    assert torch.equal(layer.biases(model.parameters), own[bias])
    several = torch.stack([model.parameters] * 2)
    assert layer.flat(several).shape == (2, own[weight].numel() + len(own[bias]))


def test_a_last_layer_may_have_no_bias_or_be_missing():
    model = FlatModel(nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2, bias=False)))
    assert model.last_layer.biases(model.parameters) is None
    assert torch.equal(model.last_layer.weights(model.parameters), model.module[2].weight)
    assert FlatModel(nn.Conv2d(1, 1, 1)).last_layer is None
