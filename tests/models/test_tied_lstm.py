"""The language model of task 5 against plain torch: its size, its scores and its gradients."""

import math

import pytest
import torch
from torch.nn import functional

from edgecase import models
from edgecase.models.heads import NextWord
from edgecase.models.layers import tied
from edgecase.models.layers.tied import linear_cross_entropy

WORDS = 29


def language_model(words=WORDS, width=0.03):
    return models.build("tied-lstm", num_classes=0, width=width, words=words)


@pytest.mark.parametrize("width", [0.03, 0.25, 1.0])
def test_the_published_number_of_parameters(width):
    """TEXT §3.1 at 200 and 50,000 words: 10,000,000 + 643,200 + 50,000."""
    size = round(200 * width)
    module = language_model(words=99, width=width)
    total = sum(parameter.numel() for parameter in module.parameters())
    assert total == 100 * size + 2 * (8 * size**2 + 8 * size) + 100
    assert 50_000 * 200 + 2 * (8 * 200**2 + 8 * 200) + 50_000 == 10_693_200


def test_initial_weights():
    module = language_model(words=999, width=0.5)
    assert 0.0999 < module.embedding.weight.abs().max() <= 0.1
    assert not module.bias.any()
    for parameter in (*module.lower.parameters(), *module.upper.parameters()):
        assert 0.09 < parameter.abs().max() <= 1 / math.sqrt(100)


@pytest.mark.parametrize("chunk", [1, 4, 7, 300])
def test_chunks_have_the_losses_and_gradients_of_all_scores_at_once(chunk):
    """Each row's loss is weighted differently, so that rows cannot be mistaken for each other."""
    generator = torch.Generator().manual_seed(3)

    def drawn(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()

    inputs, counts = (drawn(7, 5), drawn(11, 5), drawn(11)), drawn(7).detach()
    words = torch.randint(0, 11, (7,), generator=generator)
    ours = linear_cross_entropy(*inputs, words, chunk)
    plain = functional.cross_entropy(functional.linear(*inputs), words, reduction="none")
    torch.testing.assert_close(ours, plain, rtol=1e-12, atol=1e-12)
    found = torch.autograd.grad((ours * counts).sum(), inputs)
    expected = torch.autograd.grad((plain * counts).sum(), inputs)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_no_more_scores_are_held_than_a_chunk_has(monkeypatch):
    """Of 4 · 16 places and 30 rows, never more than 8 rows of scores, forward, backward, tested."""
    monkeypatch.setattr(tied, "CHUNK", 8)
    monkeypatch.setattr(linear_cross_entropy, "__defaults__", (8,))
    sizes = []

    class Sizes(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, arguments=(), named=None):
            made = function(*arguments, **(named or {}))
            if isinstance(made, torch.Tensor) and made.shape[-1:] == (WORDS + 1,):
                sizes.append(made.numel())
            return made

    module = language_model().eval()
    labels = torch.randint(1, WORDS + 1, (4, 16), generator=torch.Generator().manual_seed(1))
    with Sizes():
        scores = module(labels)
        NextWord().loss(scores, labels).mean().backward()
        NextWord().hits(scores, labels)
    assert max(sizes) == 8 * (WORDS + 1)


def test_a_step_of_the_network_is_that_of_plain_torch():
    """Two segments, one of which ends in padding; loss, hits and gradients in float64."""
    module = language_model().double().eval()
    rows = torch.tensor([[5, 6, 7, 8, 9, 3], [4, 2, 1, 0, 0, 0]])
    words, labels = rows[:, :-1], rows[:, 1:]
    head = NextWord()
    loss = head.loss(module(words), labels)
    found = torch.autograd.grad(loss.mean(), list(module.parameters()))

    hidden = module.embedding(words)
    for layer in (module.lower, module.upper):
        hidden, _ = layer(hidden)
    logits = hidden @ module.embedding.weight.T + module.bias
    first = functional.cross_entropy(logits[0], labels[0])
    second = functional.cross_entropy(logits[1, :2], labels[1, :2])
    torch.testing.assert_close(loss, torch.stack([first, second]))
    expected = torch.autograd.grad((first + second) / 2, list(module.parameters()))
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
    right = (logits.argmax(2) == labels) & (labels > 0)
    assert head.hits(module(words), labels).tolist() == right.sum(1).tolist()
    torch.testing.assert_close(module(words).all(), logits)


def test_a_dropout_mask_is_the_samples_own():
    module = language_model().train()

    def hidden(words, positions):
        layers = (module.embedded, module.between, module.before_scores)
        for key, layer in enumerate(layers):
            layer.begin(key, torch.tensor(positions))
        return module(torch.tensor(words)).hidden

    together = hidden([[3, 4, 5], [6, 7, 8]], [10, 11])
    torch.testing.assert_close(together[1:], hidden([[6, 7, 8]], [11]), rtol=1e-5, atol=1e-6)
    assert not torch.allclose(together[1:], hidden([[6, 7, 8]], [12]))
