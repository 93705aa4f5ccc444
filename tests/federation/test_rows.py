"""Training the words that occur is training all of them, weight decay and rules included."""

import numpy as np
import pytest
import torch

from edgecase import defenses, models
from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping, Projection, Proximal
from edgecase.defenses.noise import add_noise
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream, train_locally
from edgecase.federation.rows import rows_at, words_in
from edgecase.federation.stores import TokenStore
from edgecase.federation.trainer import build_trainer
from edgecase.models.heads import BinaryCrossEntropy

WORDS, CLIENTS, HELD = 60, 5, 12
CLIP = GradientClipping(0.5)
#: plain; an untouched embedding shrinks by weight decay, is pulled to an anchor, or projected back.
TRAININGS = {
    "plain": LocalTraining(2, 5, lr=0.1, momentum=0.9, weight_decay=0.0, hooks=(CLIP,)),
    "decay": LocalTraining(2, 5, lr=0.1, momentum=0.9, weight_decay=0.05, hooks=(CLIP,)),
    "projected": LocalTraining(2, 5, 0.1, 0.9, 0.05, hooks=(CLIP, Projection(0.4, 2))),
    "proximal": LocalTraining(2, 5, 0.1, 0.9, 0.05, hooks=(Proximal(0.3),)),
}


@pytest.fixture(scope="module")
def model():
    module = models.build("lstm", width=0.03, words=WORDS, padding="masked")
    return FlatModel(module, dtype=torch.float64, head=BinaryCrossEntropy())


@pytest.fixture(scope="module")
def store():
    """Every client has a dialect of its own, with a few words that all share."""
    rng = np.random.default_rng(2)
    tokens = np.zeros((CLIENTS * HELD, 8), dtype=np.int32)
    for row in range(len(tokens)):
        first = 1 + 12 * (row // HELD)
        length = rng.integers(1, 9)
        tokens[row, :length] = rng.integers(first, first + 16, length).clip(max=WORDS - 8)
    return TokenStore(torch.from_numpy(tokens), torch.from_numpy(rng.integers(0, 2, len(tokens))))


def whole(model, store, job):
    """All embeddings trained, by the loop that every other model takes."""
    how = (job.samples, job.training, job.stream)
    train_locally(model, job.start, store, *how, anchor=job.anchor)
    return model.parameters.clone()


def jobs(start, training, anchor, view=None):
    for client in range(CLIENTS):
        own = Samples(torch.arange(client * HELD, (client + 1) * HELD), None)
        stream = Stream(1, 2, client)
        if view is None:
            yield LocalJob(start, own, training, stream, anchor)
        else:
            narrow = view.narrow(start), own, training, stream, view.narrow(anchor)
            yield LocalJob(*narrow, view=view)


@pytest.fixture(scope="module", params=TRAININGS)
def trained(request, model, store):
    """start, the whole local models [m, P], and those over the rows of the round [m, Q]."""
    start = model.parameters.clone()
    anchor = start * 1.02
    training = TRAININGS[request.param]
    expected = torch.stack([whole(model, store, job) for job in jobs(start, training, anchor)])
    view = rows_at(model, words_in([store.tokens]), start)
    trainer = build_trainer("sequential", model, store, 5, 2**30)
    narrow = trainer.train(store, list(jobs(start, training, anchor, view))).parameters
    return view, start, expected, narrow


def test_local_models_are_those_of_all_rows(trained):
    view, _, expected, narrow = trained
    assert narrow.shape[1] < expected.shape[1]
    for model, row in zip(expected, narrow, strict=True):
        torch.testing.assert_close(view.widen(row), model, rtol=0, atol=1e-12)


def test_norms_and_distances_are_those_of_all_rows(trained):
    view, start, expected, narrow = trained
    updates, short = expected - start, narrow - view.narrow(start)
    torch.testing.assert_close(short.norm(dim=1), updates.norm(dim=1), rtol=0, atol=1e-12)
    torch.testing.assert_close(torch.cdist(short, short), torch.cdist(updates, updates))


SPARSE = [name for name in defenses.names() if defenses.rule_class(name).sparse]
OPTIONS = {
    "norm-clipping": {"norm_bound": 0.3},
    "weak-dp": {"norm_bound": 0.3, "stddev": 0.01},
    "fltrust": {"root_samples": 5},
    "rlr": {"theta": 3},
    "bulyan": {"num_byzantine": 0},
}


def test_rules_with_memory_get_every_coordinate():
    assert "centered-clipping" not in SPARSE
    assert {"no-defense", "norm-clipping", "weak-dp", "krum", "multi-krum", "rfa"} <= set(SPARSE)


@pytest.mark.parametrize("name", SPARSE)
def test_every_sparse_rule_gives_the_same_model(name, trained):
    view, start, expected, narrow = trained
    rule, _ = defenses.rule(name, OPTIONS.get(name, {})).split_noise()
    counts = [3, 1, 2, 2, 4]

    def after(updates, model):
        root = {"root_update": updates[0] * 0.5} if rule.root_size else {}
        return model + defenses.run(rule, updates, counts, global_model=model, **root).update

    found = view.widen(after(narrow - view.narrow(start), view.narrow(start)))
    torch.testing.assert_close(found, after(expected - start, start), rtol=0, atol=1e-9)


def test_without_decay_the_other_rows_stay_as_they_are_to_the_bit(model, store):
    start = model.parameters.clone()
    view = rows_at(model, words_in([store.tokens[:HELD]]), start)
    trainer = build_trainer("sequential", model, store, 5, 2**30)
    job = next(jobs(start, TRAININGS["plain"], start, view))
    after = view.widen(trainer.train(store, [job]).parameters[0])
    table = (after != start)[-(WORDS + 1) * 6 :].view(-1, 6).any(1)
    assert set(table.nonzero().flatten().tolist()) <= set(view.ids.tolist()) - {0}


def test_noise_goes_to_every_coordinate(model):
    """Split from weak DP, it is the noise that the whole rule draws, and nothing else changes."""
    rule = defenses.rule("weak-dp", {"norm_bound": 0.3, "stddev": 0.01})
    updates = torch.randn(4, 3 * 2**20 + 32, generator=torch.Generator().manual_seed(1))
    expected = defenses.run(rule, updates, [1] * 4, generator=torch.Generator().manual_seed(5))
    quiet, stddev = rule.split_noise()
    after = defenses.run(quiet, updates, [1] * 4).update
    norm = add_noise(after, stddev, torch.Generator().manual_seed(5))
    torch.testing.assert_close(after, expected.update)
    assert norm == pytest.approx(float(torch.linalg.vector_norm(expected.noise.double())))
