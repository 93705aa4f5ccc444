"""The LSTM of task 4: its size, its initial weights, and what padding does to it."""

import math

import pytest
import torch

from edgecase import models
from edgecase.base.errors import ConfigError

WORDS = 40


def lstm(padding="masked", width=0.05, words=WORDS):
    return models.build("lstm", width=width, words=words, padding=padding).eval()


@pytest.mark.parametrize(("width", "size"), [(0.125, 25), (0.25, 50), (0.5, 100), (1.0, 200)])
def test_the_published_number_of_parameters(width, size):
    """TEXT §1.4: D·V + 2(8D² + 8D) + D + 1; figure 8's widths are 25, 50, 100 and 200."""
    module = lstm(width=width)
    total = sum(parameter.numel() for parameter in module.parameters())
    assert total == size * (WORDS + 1) + 2 * (8 * size**2 + 8 * size) + size + 1


def test_initial_weights_are_torchs():
    module = lstm(width=0.5, words=2000)
    rows = module.embedding.weight
    assert not rows[0].any()
    assert rows[1:].std().item() == pytest.approx(1, abs=0.02)
    for parameter in (*module.lower.parameters(), *module.upper.parameters(), module.logit.weight):
        bound = 1 / math.sqrt(100)
        assert 0.95 * bound < parameter.abs().max() <= bound


def sentences(*listed):
    tokens = torch.zeros(len(listed), 100, dtype=torch.int64)
    for row, words in enumerate(listed):
        tokens[row, : len(words)] = torch.tensor(words)
    return tokens


def test_a_masked_logit_is_that_of_the_sentence_alone():
    """Neither padding nor the other sentences of a batch change it."""
    module = lstm()
    together = module(sentences([3, 4], [5, 6, 7, 8, 9], [2]))
    for words, logit in zip([[3, 4], [5, 6, 7, 8, 9], [2]], together, strict=True):
        hidden = module.embedding(torch.tensor([words]))
        for layer in (module.lower, module.upper):
            hidden, _ = layer(hidden)
        expected = module.logit(hidden[0, -1]).squeeze()
        torch.testing.assert_close(logit, expected, rtol=1e-5, atol=1e-6)


def test_left_padding_is_fed_as_published():
    """A hundred steps, of which all but the last are of zeros."""
    module = lstm("left100")
    hidden = torch.zeros(1, 100, 10)
    hidden[0, 98:] = module.embedding(torch.tensor([3, 4]))
    for layer in (module.lower, module.upper):
        hidden, _ = layer(hidden)
    tokens = torch.zeros(1, 100, dtype=torch.int64)
    tokens[0, 98:] = torch.tensor([3, 4])
    expected = module.logit(hidden[:, -1]).squeeze(1)
    torch.testing.assert_close(module(tokens), expected, rtol=1e-5, atol=1e-6)
    assert abs(module(tokens) - lstm()(sentences([3, 4]))) > 1e-3


@pytest.mark.parametrize("padding", ["masked", "left100"])
def test_the_paddings_vector_stays_zero_in_training(padding):
    module = lstm(padding)
    before = module.embedding.weight.detach().clone()
    optimizer = torch.optim.SGD(module.parameters(), lr=1.0, momentum=0.9, weight_decay=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        module(sentences([3, 4], [5, 6, 7])).sum().backward()
        optimizer.step()
    moved = (module.embedding.weight - before).norm(dim=1)
    assert moved[0] == 0
    assert (moved[3:8] > 0).all()


def test_dropout_masks_do_not_depend_on_the_longest_sentence_of_a_batch():
    module = lstm().train()

    def logit(*listed):
        for layer, key in ((module.between, 11), (module.before_logit, 12)):
            layer.begin(key, torch.arange(len(listed)))
        return module(sentences(*listed))[0]

    alone, beside = logit([3, 4, 5]), logit([3, 4, 5], [6] * 30)
    torch.testing.assert_close(alone, beside, rtol=1e-5, atol=1e-6)


def test_on_a_cpu_it_computes_in_its_own_precision_whatever_is_asked():
    module, tokens = lstm(), sentences([3, 4, 5])
    with torch.autocast("cpu", torch.bfloat16):
        found = module(tokens)
    assert torch.equal(found, module(tokens))


def test_classes_have_one_logit():
    head = models.MODELS["lstm"].head
    logits, labels = torch.tensor([2.0, -1.0]), torch.tensor([1, 1])
    losses = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(1))]
    assert head.loss(logits, labels).tolist() == pytest.approx(losses)
    assert head.hits(logits, labels).tolist() == [True, False]


def test_an_unknown_width_is_refused():
    with pytest.raises(ConfigError, match="width"):
        lstm(width=0)


def test_over_other_words_it_is_a_network_of_its_own_on_its_own_device():
    """On the meta device, torch would load its compiler in every job."""
    module = lstm()
    other = module.over(7)
    assert list(dict(other.named_parameters())) == list(dict(module.named_parameters()))
    for name, parameter in module.named_parameters():
        own = other.get_parameter(name)
        assert own.requires_grad
        assert own.device == parameter.device
        assert own.data_ptr() != parameter.data_ptr()
        if name != "embedding.weight":
            torch.testing.assert_close(own, parameter, rtol=0, atol=0)
    assert other.embedding.weight.shape == (7, module.embedding.weight.shape[1])
    assert other.embedding.padding_idx == module.embedding.padding_idx == 0
