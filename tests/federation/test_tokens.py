"""Networks on tokens train through the same loop: an LSTM, and one that every stacked form maps."""

import numpy as np
import pytest
import torch
from torch import nn

from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping
from edgecase.base.errors import ConfigError
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation import evaluate as evaluation
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.stores import TokenStore
from edgecase.federation.trainer import build_trainer
from edgecase.models.heads import BinaryCrossEntropy
from edgecase.plan.flops import operations

WORDS, LENGTH = 12, 5
HOW = LocalTraining(2, 4, lr=0.5, momentum=0.9, weight_decay=0.0, hooks=(GradientClipping(0.3),))


class Recurrent(nn.Module):
    """Embedding – recurrence – one logit from its last output."""

    def __init__(self, recurrence):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, 3)
        self.recurrence = recurrence
        self.logit = nn.Linear(4, 1)
        generator = torch.Generator().manual_seed(3)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -0.5, 0.5, generator=generator)

    def forward(self, tokens):
        outputs, _ = self.recurrence(self.embedding(tokens))
        return self.logit(outputs[:, -1]).squeeze(-1)


class Plain(nn.Module):
    """A recurrence without gates, step by step."""

    def __init__(self):
        super().__init__()
        self.own, self.before = nn.Linear(3, 4), nn.Linear(4, 4, bias=False)

    def forward(self, x):
        hidden = x.new_zeros(len(x), 4)
        for step in range(x.shape[1]):
            hidden = torch.tanh(self.own(x[:, step]) + self.before(hidden))
        return hidden[:, None], hidden


RECURRENCES = {"lstm": lambda: nn.LSTM(3, 4, num_layers=2, batch_first=True), "plain": Plain}


@pytest.fixture
def store():
    """A sentence is of class 1 if it holds word 7."""
    tokens = torch.from_numpy(np.random.default_rng(1).integers(1, WORDS, (60, LENGTH), np.int32))
    return TokenStore(tokens, (tokens == 7).any(1).long())


def jobs(model, sizes=(9, 4, 30)):
    first = 0
    for client, size in enumerate(sizes):
        held = Samples(torch.arange(first, first + size), None)
        yield LocalJob(model.parameters.clone(), held, HOW, Stream(2, 4, client))
        first += size


def loop(module, store, job):
    """torch's own optimizer, clipping and loss."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5, momentum=0.9)
    count = len(job.samples.index)
    key = derive_key(2, "order", 4, job.stream.client)
    for epoch in range(2):
        places = torch.arange(epoch * count, (epoch + 1) * count)
        for rows in job.samples.index[random_permutation(key, places)].split(4):
            optimizer.zero_grad()
            logits = module(store.tokens[rows].long())
            labels = store.labels[rows].double()
            nn.functional.binary_cross_entropy_with_logits(logits, labels).backward()
            nn.utils.clip_grad_norm_(module.parameters(), 0.3)
            optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


@pytest.mark.parametrize(
    ("name", "backend"),
    [("lstm", "sequential"), ("plain", "sequential"), ("plain", "stacked-vmap")],
)
def test_local_models_are_those_of_a_plain_loop(name, backend, store):
    module = Recurrent(RECURRENCES[name]())
    model = FlatModel(module, dtype=torch.float64, head=BinaryCrossEntropy())
    listed = list(jobs(model))
    trained = build_trainer(backend, model, store, 4, 2**30).train(store, listed).parameters
    for row, job in enumerate(listed):
        expected = loop(Recurrent(RECURRENCES[name]()).double(), store, job)
        torch.testing.assert_close(trained[row], expected, rtol=0, atol=1e-10)


def test_what_cannot_be_batched_is_refused_by_name(store):
    model = FlatModel(Recurrent(nn.LSTM(3, 4, batch_first=True)))
    with pytest.raises(
        ConfigError, match=r"takes no LSTM .* allowed for this model: sequential, at-once$"
    ):
        build_trainer("stacked-vmap", model, store, 4, 2**30)


def test_accuracies_are_shares_of_right_answers(store):
    model = FlatModel(Recurrent(Plain()), head=BinaryCrossEntropy())
    inputs = store.inputs(None, torch.float32)
    answers = [bool(model.module.eval()(row[None]) > 0) for row in inputs]
    right = [answer == bool(label) for answer, label in zip(answers, store.labels, strict=True)]
    found = evaluation.evaluate(
        model,
        model.parameters.clone(),
        evaluation.TestSets(inputs, store.labels, num_clean=40),
        num_classes=2,
        batch_size=7,
    )
    assert found.main == pytest.approx(100 * sum(right[:40]) / 40)
    assert found.backdoor == pytest.approx(100 * sum(right[40:]) / 20)


def test_operations_of_a_sentence_are_counted(store):
    """Two products per word, of 3 × 4 and 4 × 4 weights, and one of 4 × 1 at the end."""
    counted = operations(Recurrent(Plain()), store.example(torch.float32))
    assert counted.forward == 2 * (LENGTH * (12 + 16) + 4)
