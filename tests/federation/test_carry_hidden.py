"""A hidden state carried from batch to batch, against a loop over single sentences."""

import pytest
import torch
from torch import nn

from edgecase.attacks import LocalTraining
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.evaluate import TestSets, evaluate
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream, train_locally
from edgecase.federation.stores import TokenStore
from edgecase.federation.trainer import build_trainer
from edgecase.models.heads import BinaryCrossEntropy
from edgecase.models.layers.recurrent import RecurrentClassifier, initialise_recurrent

LENGTH, BATCH, COUNT = 6, 3, 8
HOW = LocalTraining(2, BATCH, lr=0.3, momentum=0.9, weight_decay=0.0, carry_hidden=True)


@pytest.fixture(params=[True, False], ids=["masked", "left"])
def network(request):
    module = RecurrentClassifier(12, 4, LENGTH, dropout=0.0, masked=request.param).double()
    initialise_recurrent(module, torch.Generator().manual_seed(2))
    return module


@pytest.fixture
def store(network):
    generator = torch.Generator().manual_seed(5)
    tokens = torch.randint(1, 12, (COUNT, LENGTH), generator=generator, dtype=torch.int32)
    lengths = torch.randint(1, LENGTH + 1, (COUNT, 1), generator=generator)
    places = torch.arange(LENGTH)
    filled = places >= lengths if network.masked else places < LENGTH - lengths
    labels = torch.randint(0, 2, (COUNT,), generator=generator)
    return TokenStore(tokens.masked_fill(filled, 0), labels, on_left=not network.masked)


def batch_by_hand(network, tokens, states):
    """The logits of a batch, sentence by sentence, and the states after it; `states` are those of
    the batch before, row by row."""
    logits, after = [], []
    for row, sentence in enumerate(tokens.long()):
        words = sentence[sentence != 0] if network.masked else sentence
        hidden = network.embedding(words)[None]
        own = []
        for layer, name in enumerate(("lower", "upper")):
            before = states[row][layer] if states else None
            hidden, (h, c) = getattr(network, name)(hidden, before)
            own.append((h.detach(), c.detach()))
        logits.append(network.logit(hidden[0, -1]).squeeze())
        after.append(own)
    return torch.stack(logits), after


def loop(network, store, stream):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.3, momentum=0.9)
    key = derive_key(stream.seed, "order", stream.round, stream.client)
    for epoch in range(2):
        states = None
        places = torch.arange(epoch * COUNT, (epoch + 1) * COUNT)
        for rows in random_permutation(key, places).split(BATCH):
            optimizer.zero_grad()
            logits, states = batch_by_hand(network, store.tokens[rows], states)
            labels = store.labels[rows].double()
            nn.functional.binary_cross_entropy_with_logits(logits, labels).backward()
            optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def as_flat(network):
    return FlatModel(network, dtype=torch.float64, head=BinaryCrossEntropy())


def test_training_carries_it_through_an_epoch(network, store):
    """In the plain loop and in that over a client's own words."""
    stream, samples = Stream(1, 2, 3), Samples(torch.arange(COUNT), None)
    model = as_flat(network)
    start = model.parameters.clone()
    trainer = build_trainer("sequential", model, store, BATCH, 2**30)
    found = [trainer.train(store, [LocalJob(start, samples, HOW, stream)]).parameters[0]]
    train_locally(model, start, store, samples, HOW, stream)
    found.append(model.parameters.clone())
    model.load(start)
    model.begin_hidden(False)
    expected = loop(network, store, stream)
    for parameters in found:
        torch.testing.assert_close(parameters, expected, rtol=0, atol=1e-12)


def test_tests_carry_it_through_each_test_set(network, store):
    model = as_flat(network.eval())
    clean = 5
    tests = TestSets(store.tokens.long(), store.labels, clean, carried_batch=BATCH)
    right = []
    for part in (slice(clean), slice(clean, None)):
        states, tokens = None, store.tokens[part]
        for batch, labels in zip(tokens.split(BATCH), store.labels[part].split(BATCH), strict=True):
            logits, states = batch_by_hand(network, batch, states)
            right.append((logits > 0) == (labels == 1))
    hits = torch.cat(right).double()
    found = evaluate(model, model.parameters, tests, num_classes=2, batch_size=4)
    expected = hits[:clean].mean().item() * 100, hits[clean:].mean().item() * 100
    assert (found.main, found.backdoor) == pytest.approx(expected)
    alone = TestSets(tests.inputs[:clean], store.labels[:clean], clean, carried_batch=BATCH)
    found = evaluate(model, model.parameters, alone, num_classes=2, batch_size=4)
    assert found.main == pytest.approx(expected[0])


def test_samples_that_continue_each_other_stay_in_their_order(network, store):
    class InOrder(TokenStore):
        sequential = True

    seen = []
    model = as_flat(network)
    network.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    ordered = InOrder(store.tokens, store.labels)
    samples = Samples(torch.arange(COUNT), None)
    train_locally(model, model.parameters.clone(), ordered, samples, HOW, Stream(1, 2, 3))
    assert torch.equal(torch.cat(seen), store.tokens.long().repeat(2, 1))
