"""Losses and hits of the heads, by hand."""

import math

import pytest
import torch

from edgecase.models.heads import BinaryCrossEntropy, CrossEntropy, NextWord


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


def test_next_word_ignores_padding():
    """Three words; the first sample ends after two of its four places, the last has none."""
    labels = torch.tensor([[1, 2, 0, 0], [0, 2, 1, 2], [0, 0, 0, 0]])
    outputs = torch.zeros(3, 4, 3)
    outputs[0, 1, 2] = outputs[1, 3, 1] = 1.0
    right = -math.log(math.e / (math.e + 2))
    wrong = -math.log(1 / (math.e + 2))
    expected = [(math.log(3) + right) / 2, (2 * math.log(3) + wrong) / 3, 0.0]
    head = NextWord(padding=0)
    assert head.loss(outputs, labels).tolist() == pytest.approx(expected, rel=1e-5)
    assert head.hits(outputs, labels).tolist() == [True, False, False]
