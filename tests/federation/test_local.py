"""Local training against torch.optim.SGD, against the authors' numbers, and step by step."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.federation import reference
from torch import nn
from torch.nn import functional

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping, Hook, Projection, Proximal
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation import local
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Begun, Samples, Stream, train_locally
from edgecase.federation.stores import ImageStore
from edgecase.federation.transforms import Transform

ORACLES = sorted((Path(__file__).parent / "data").glob("local_*.npz"))
HOW = {"epochs": 3, "batch_size": 4, "lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}


class Features:
    """A transform for stores of feature vectors [N, F]: no augmentation, no normalisation."""

    def train(self, store, index, key, positions, dtype=torch.float32):
        return store[index].to(dtype)


def perceptron(inputs=12, hidden=16, classes=4, dtype=torch.float64):
    module = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, classes))
    generator = torch.Generator().manual_seed(4)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.3, 0.3, generator=generator)
    return FlatModel(module, dtype=dtype)


@pytest.fixture
def data():
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(40, 12)), rng.integers(0, 4, 40)
    index = torch.from_numpy(rng.permutation(40)[:30])
    return ImageStore(torch.from_numpy(x), torch.from_numpy(y)), Samples(index, Features())


class Trace(Hook):
    """Keeps the parameters after every step."""

    def __init__(self):
        self.after_steps = []

    def after(self, parameters, step):
        self.after_steps.append(parameters.clone())


def fit(data, model=None, start=None, **changes):
    model = model or perceptron()
    start = model.parameters.clone() if start is None else start
    anchor, autocast = changes.pop("anchor", None), changes.pop("autocast", None)
    stream = changes.pop("stream", Stream(seed=1, round=2, client=3))
    training = LocalTraining(**(HOW | changes))
    before = start.clone()
    train_locally(model, start, *data, training, stream, anchor=anchor, autocast=autocast)
    assert torch.equal(start, before), "the start was modified"
    return model.parameters.clone()


@pytest.fixture
def in_file_order(monkeypatch):
    monkeypatch.setattr(
        local, "random_permutation", lambda key, counter: torch.arange(counter.shape[-1])
    )


@pytest.mark.parametrize("path", ORACLES, ids=lambda path: path.stem)
def test_the_authors_numbers(path, in_file_order):
    with np.load(path) as arrays:
        case = dict(arrays)
    epochs = int(case["epochs"])
    vector = {
        when: torch.from_numpy(
            np.concatenate([case[f"{when}_{i}"].ravel() for i in range(4)]).astype(np.float64)
        )
        for when in ("start", "epoch1", f"epoch{epochs}")
    }
    data = (
        ImageStore(torch.from_numpy(case["x"]), torch.from_numpy(case["y"])),
        Samples(torch.arange(len(case["y"])), Features()),
    )
    hooks = ()
    if case["eps"]:
        hooks = (Projection(float(case["eps"]), int(case["project_frequency"])),)
    for last in (1, epochs):
        trained = fit(
            data,
            start=vector["start"],
            epochs=last,
            batch_size=int(case["batch_size"]),
            lr=float(case["lr"]),
            weight_decay=1e-4,
            hooks=hooks,
        )
        expected = vector[f"epoch{last}"]
        # The authors computed in float32: an eps of the largest weight per step.
        assert (trained - expected).abs().max() < 2e-6
        moved = (expected - vector["start"]).norm().item()
        assert moved > 0.04, "the case has to move the model"
        if case["eps"]:
            assert moved == pytest.approx(float(case["eps"]), rel=1e-4), "and to be projected"


def test_all_oracle_files_are_here():
    assert len(ORACLES) == 4


@pytest.mark.parametrize("momentum", [0.9, 0.0])
def test_a_training_goes_on_after_any_step_to_the_same_bits(momentum, data):
    """30 samples in batches of 4, three epochs: 24 steps, among them the ends of epochs."""
    model = perceptron()
    start = model.parameters.clone()
    training = LocalTraining(
        **HOW | {"momentum": momentum},
        hooks=(Projection(0.1, 2), Proximal(0.3)),
    )
    saved = []

    def keep(now):
        velocity = None if now.velocity is None else now.velocity.clone()
        saved.append(Begun(now.steps, now.parameters.clone(), velocity))

    def train(begun=None, after_step=None):
        train_locally(
            *(model, start, *data, training, Stream(1, 2, 3)),
            anchor=start + 0.01,
            begun=begun,
            after_step=after_step,
        )
        return model.parameters.clone()

    whole = train(after_step=keep)
    assert [begun.steps for begun in saved] == list(range(1, 25))
    assert all((begun.velocity is None) == (not momentum) for begun in saved)
    for begun in saved:
        assert torch.equal(train(begun), whole)


def test_a_plain_loop_with_torch_sgd(data):
    """30 samples in batches of 4: the last batch of every epoch has two."""
    store, samples = data
    model = perceptron()
    module = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4)).double()
    reference.load_flat(module, model.parameters)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, weight_decay=0.05)
    key = local.derive_key(1, "order", 2, 3)
    sizes = []
    for epoch in range(3):
        order = samples.index[local.random_permutation(key, torch.arange(30) + 30 * epoch)]
        for batch in order.split(4):
            optimizer.zero_grad()
            logits = module(store.images[batch])
            nn.functional.cross_entropy(logits, store.labels[batch]).backward()
            optimizer.step()
            sizes.append(len(batch))
    assert sizes == [4] * 7 + [2] + [4] * 7 + [2] + [4] * 7 + [2]
    expected = reference.flat([p.detach() for p in module.parameters()])
    torch.testing.assert_close(fit(data, model), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("name", "build", "shape"), [
    ("lenet", reference.LeNet, (28, 28, 1)),
    ("vgg9", reference.VGG9, (32, 32, 3)),
])  # fmt: skip
def test_networks_with_dropout_augmentation_projection_and_prox(name, build, shape):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 256, (11, *shape), np.uint8)
    y = rng.integers(0, 10, 11)
    width = 1 / 16
    model = FlatModel(models.build(name, width=width), dtype=torch.float64)
    theirs = build(width).double()
    reference.load_flat(theirs, model.parameters)
    view = reference.COLOUR_ATTACKER if shape[2] == 3 else reference.DIGITS
    transform = Transform(tuple(view[1]), tuple(view[2]), "zero" if shape[2] == 3 else None)
    start = model.parameters.clone()
    anchor = start + 0.01
    train_locally(
        model,
        start,
        ImageStore(torch.from_numpy(x), torch.from_numpy(y)),
        Samples(torch.arange(11), transform),
        LocalTraining(**HOW, hooks=(Projection(0.2, 2), Proximal(0.3))),
        Stream(8, 5, -1),
        anchor=anchor,
    )
    trained = model.parameters
    centre = build(width).double()
    reference.load_flat(centre, anchor)
    how = HOW | {"radius": 0.2, "frequency": 2, "prox": 0.3}
    expected = reference.train(
        theirs, list(zip(x, y, strict=True)), view, how, 8, 5, -1,
        anchor=[p.detach() for p in centre.parameters()],
    )  # fmt: skip
    vector = reference.flat([p.detach() for p in expected.parameters()])
    torch.testing.assert_close(trained, vector, rtol=0, atol=1e-10)
    assert (trained - start).norm().item() == pytest.approx(0.2)


def test_momentum_starts_at_zero_every_time(data):
    model = perceptron()
    start = model.parameters.clone()
    first = fit(data, model, start)
    assert torch.equal(fit(data, model, start), first)


def test_the_result_is_a_new_tensor(data):
    model = perceptron()
    result = fit(data, model)
    copy = result.clone()
    fit(data, model, lr=0.5)
    assert torch.equal(result, copy)


def test_every_sample_is_used_once_per_epoch_and_orders_differ(data):
    store, samples = data
    seen = []

    class Spy(Features):
        def train(self, images, index, key, positions, dtype=torch.float32):
            seen.append((index.tolist(), positions.tolist()))
            return super().train(images, index, key, positions, dtype)

    fit((store, Samples(samples.index, Spy())))
    epochs = [[i for index, _ in seen[e * 8 : e * 8 + 8] for i in index] for e in range(3)]
    assert all(sorted(epoch) == sorted(samples.index.tolist()) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert [p for _, positions in seen for p in positions] == list(range(90))


@pytest.mark.parametrize(
    "other",
    [Stream(2, 2, 3), Stream(1, 3, 3), Stream(1, 2, 4), Stream(1, 2, 3, purpose="anchor-")],
)
def test_seed_round_client_and_purpose_change_the_shuffles(data, other):
    assert not torch.equal(fit(data, stream=other), fit(data))


@pytest.mark.parametrize("frequency", [1, 3, 10, 100])
def test_projection_happens_on_the_stated_steps_of_every_epoch(data, frequency):
    """8 steps per epoch; the index restarts in every epoch and its last step always counts."""
    trace = Trace()
    fit(data, hooks=(Projection(0.05, frequency), trace))
    steps = [step for step in range(8) if step % frequency == 0 or step == 7]
    expected = []
    model = perceptron()
    start = model.parameters.clone()
    w, v = start.clone(), torch.zeros_like(start)
    store, samples = data
    key = local.derive_key(1, "order", 2, 3)
    for epoch in range(3):
        order = samples.index[local.random_permutation(key, torch.arange(30) + 30 * epoch)]
        for step, batch in enumerate(order.split(4)):
            v = 0.9 * v + gradient(w, store.images[batch], store.labels[batch]) + 0.05 * w
            w = w - 0.1 * v
            if step in steps:
                distance = (w - start).norm()
                w = start + (w - start) * min(1.0, 0.05 / distance.item())
            expected.append(w)
    torch.testing.assert_close(torch.stack(trace.after_steps), torch.stack(expected))


def gradient(vector, x, y):
    """∇ of the mean cross-entropy of the perceptron, by hand."""
    w1, b1 = vector[:192].view(16, 12), vector[192:208]
    w2, b2 = vector[208:272].view(4, 16), vector[272:]
    hidden = (x @ w1.T + b1).clamp(min=0)
    error = torch.softmax(hidden @ w2.T + b2, dim=1)
    error[torch.arange(len(y)), y] -= 1
    error /= len(y)
    back = (error @ w2) * (hidden > 0)
    return torch.cat(
        [(back.T @ x).flatten(), back.sum(0), (error.T @ hidden).flatten(), error.sum(0)]
    )


def test_the_result_never_leaves_the_ball(data):
    start = perceptron().parameters
    for radius in (1e-6, 0.03, 0.3):
        for frequency in (1, 7):
            trained = fit(data, hooks=(Projection(radius, frequency),))
            assert (trained - start).norm().item() <= radius * (1 + 1e-9)


def test_a_ball_that_is_never_left_changes_nothing(data):
    assert torch.equal(fit(data, hooks=(Projection(1e6, 1),)), fit(data))


def test_the_proximal_term_is_the_squared_distance_to_the_anchor(data):
    """One step from the start: its displacement is that of the plain step minus 2 c lr (w − ŵ)."""
    start = perceptron().parameters.clone()
    anchor = torch.linspace(-1, 1, len(start), dtype=torch.float64)
    once = {"epochs": 1, "batch_size": 100}
    plain = fit(data, **once)
    prox = fit(data, **once, anchor=anchor, hooks=(Proximal(0.7),))
    expected = plain - 0.1 * 2 * 0.7 * (start - anchor)
    torch.testing.assert_close(prox, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("bound", [0.05, 100.0])
def test_gradients_are_clipped_before_weight_decay_and_momentum(data, bound):
    """The trajectory of torch's own clipping, whose gradients are above 0.05 and below 100."""
    store, samples = data
    model = perceptron()
    module = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4)).double()
    reference.load_flat(module, model.parameters)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, weight_decay=0.05)
    order = samples.index[
        local.random_permutation(local.derive_key(1, "order", 2, 3), torch.arange(30))
    ]
    for batch in order.split(4):
        optimizer.zero_grad()
        nn.functional.cross_entropy(module(store.images[batch]), store.labels[batch]).backward()
        norm = nn.utils.clip_grad_norm_(module.parameters(), bound)
        assert (norm > bound) == (bound < 1)
        optimizer.step()
    expected = reference.flat([p.detach() for p in module.parameters()])
    found = fit(data, model, epochs=1, hooks=(GradientClipping(bound),))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-13)


def test_one_step_by_hand(data):
    store, samples = data
    start = perceptron().parameters.clone()
    x, y = store.images[samples.index], store.labels[samples.index]
    expected = start - 0.1 * (gradient(start, x, y) + 0.05 * start)
    result = fit(data, epochs=1, batch_size=30)
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-14)


def test_no_epochs_return_the_start(data):
    start = perceptron().parameters.clone()
    assert torch.equal(fit(data, epochs=0), start)


def test_lower_precision_stays_close_to_single(data):
    store, samples = data
    data = ImageStore(store.images.float(), store.labels), samples
    full = fit(data, perceptron(dtype=torch.float32))
    half = fit(data, perceptron(dtype=torch.float32), autocast=torch.bfloat16)
    start = perceptron(dtype=torch.float32).parameters
    assert half.dtype == torch.float32
    assert not torch.equal(half, full)
    assert (half - full).norm() < 0.03 * (full - start).norm()


def test_the_global_generator_is_left_alone(data):
    model = FlatModel(models.build("lenet", width=0.05))
    store = ImageStore(
        torch.zeros(6, 28, 28, 1, dtype=torch.uint8), torch.zeros(6, dtype=torch.int64)
    )
    samples = Samples(torch.arange(6), Transform((0.1,), (0.3,), "reflect"))
    torch.manual_seed(math.floor(math.pi * 1000))
    before = torch.get_rng_state()
    fit((store, samples), model)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_graph_may_be_switched_off_outside(data):
    with torch.no_grad():
        result = fit(data)
    assert torch.equal(result, fit(data))
    assert not result.requires_grad


def test_a_training_ends_at_a_loss(data):
    """After the first epoch whose mean loss, of the model as it is at each step, is low enough."""
    store, samples = data
    means = []
    for epochs in range(1, 5):
        model, trace = perceptron(), Trace()
        fit(data, model, epochs=epochs, hooks=(trace,))
        key = derive_key(1, "order", 2, 3)
        order = random_permutation(key, torch.arange(30 * (epochs - 1), 30 * epochs))
        walked = [perceptron().parameters, *trace.after_steps][8 * (epochs - 1) :]
        losses = []
        for parameters, places in zip(walked, order.split(4), strict=False):
            model.load(parameters)
            rows = samples.index[places]
            outputs = model.module(store.images[rows])
            losses += functional.cross_entropy(outputs, store.labels[rows], reduction="none")
        means.append(float(torch.stack(losses).mean().detach()))
    assert means == sorted(means, reverse=True)
    enough = (means[1] + means[2]) / 2
    assert torch.equal(fit(data, epochs=9, enough=enough), fit(data, epochs=3))
    assert torch.equal(fit(data, epochs=2, enough=0.0), fit(data, epochs=2))
