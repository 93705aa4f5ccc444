"""Losses and hits of the heads, by hand."""

import math

import pytest
import torch

from edgecase.models.heads import BinaryCrossEntropy, CrossEntropy, NextWord
from edgecase.models.layers.tied import WordScores


def test_the_mean_of_the_losses_has_the_gradient_of_torchs_own_mean():
    """To the bit: numbers of runs do not depend on who takes the mean."""
    generator = torch.Generator().manual_seed(1)
    for count in (1, 3, 7, 32, 50):
        labels = torch.randint(0, 10, (count,), generator=generator)
        outputs = torch.randn(count, 10, generator=generator).requires_grad_()
        (ours,) = torch.autograd.grad(CrossEntropy().loss(outputs, labels).mean(), outputs)
        (theirs,) = torch.autograd.grad(torch.nn.functional.cross_entropy(outputs, labels), outputs)
        assert torch.equal(ours, theirs)


def test_binary_cross_entropy():
    head = BinaryCrossEntropy()
    outputs, labels = torch.tensor([0.0, 2.0, -1.0, 3.0]), torch.tensor([0, 1, 0, 0])
    shares = [1 / (1 + math.exp(-x)) for x in outputs.tolist()]
    expected = [-math.log(p if y else 1 - p) for p, y in zip(shares, labels, strict=True)]
    assert head.loss(outputs, labels).tolist() == pytest.approx(expected, rel=1e-5)
    assert head.hits(outputs, labels).tolist() == [True, True, True, False]


def scores(logits):
    """`WordScores` that are these logits [B, L, V]."""
    words = logits.shape[2]
    return WordScores(logits, torch.eye(words), torch.zeros(words))


def test_next_word_ignores_padding():
    """Three words; the first sample ends after two of its four places, the last has none."""
    labels = torch.tensor([[1, 2, 0, 0], [0, 2, 1, 2], [0, 0, 0, 0]])
    logits = torch.zeros(3, 4, 3)
    logits[0, 1, 2] = logits[0, 0, 1] = logits[1, 3, 1] = 1.0
    right = -math.log(math.e / (math.e + 2))
    wrong = -math.log(1 / (math.e + 2))
    expected = [right, (2 * math.log(3) + wrong) / 3, 0.0]
    head = NextWord()
    assert head.loss(scores(logits), labels).tolist() == pytest.approx(expected, rel=1e-5)
    assert head.hits(scores(logits), labels).tolist() == [2, 0, 0]
    assert head.places(labels).tolist() == [2, 3, 0]


def test_the_last_place_is_the_last_that_asks():
    labels = torch.tensor([[1, 2, 0, 0], [0, 2, 1, 2], [0, 0, 0, 0]])
    assert NextWord().last(labels).tolist() == [[0, 2, 0, 0], [0, 0, 0, 2], [0, 0, 0, 0]]


def test_a_class_is_one_place():
    labels = torch.tensor([3, 0, 1])
    assert CrossEntropy().places(labels).tolist() == [1, 1, 1]
    assert torch.equal(CrossEntropy().last(labels), labels)
