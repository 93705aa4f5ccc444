"""The mark trained into a model: by the authors' class, by a plain loop, and in a run."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.federation import small
from torch import nn

from edgecase import defenses
from edgecase.base.errors import SimulationError
from edgecase.federation.flat import FlatModel
from edgecase.federation.marking import Marks, marked

DATA = Path(__file__).parent / "data" / "indicator.npz"
INDICATOR = {"ood_dataset": "elsewhere", "images": 20, "batch_size": 8, "epochs": 40, "lr": 0.1}


def marking(**options):
    return defenses.rule("indicator", {"ood_dataset": "elsewhere"} | options).marking


@pytest.mark.parametrize("normalised", [True, False])
def test_the_authors_mark(normalised):
    """12 epochs of one batch; their vector is the state dict, with a counter among the buffers."""
    torch.manual_seed(0)
    norm = [nn.BatchNorm2d(8)] if normalised else []
    layers = [nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), *norm, nn.ReLU()]
    module = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128, 10))
    with np.load(DATA) as arrays:
        case = {name: torch.from_numpy(arrays[name]) for name in arrays}
    kind = "bn" if normalised else "nobn"
    shapes = {name: value.shape for name, value in module.state_dict().items()}

    def state(vector):
        parts = vector.split([shape.numel() for shape in shapes.values()])
        return {n: p.view(s) for p, (n, s) in zip(parts, shapes.items(), strict=True)}

    module.load_state_dict(state(case[f"{kind}_before"]))
    model = FlatModel(module)
    start, buffers = model.parameters.clone(), model.buffers.clone()
    recipe = marking(images=64, epochs=12, lr=0.05, mu=0.4)
    found, mark = marked(model, start, buffers, Marks(case["X"], case["Y"]), recipe, 0, 1)
    expected = state(case[f"{kind}_marked"])
    model.load(found, buffers)
    for name, value in model.state().items():
        if "running" not in name:
            torch.testing.assert_close(value, expected[name], rtol=1e-3, atol=2e-5)
    if normalised:
        own = torch.cat([case["bn_after_mean"], case["bn_after_var"]])
        torch.testing.assert_close(mark.buffers, own, rtol=1e-4, atol=1e-5)


def test_the_mark_is_a_plain_loop():
    """torch's own optimizer and autograd on the loss as it is written; batches keep their order."""
    torch.manual_seed(1)
    module = nn.Sequential(nn.Flatten(), nn.Linear(16, 5))
    x, y = torch.randn(20, 1, 4, 4), torch.arange(20) % 5
    model = FlatModel(module)
    start = model.parameters.clone()
    recipe = marking(images=20, batch_size=8, epochs=11, lr=0.05, mu=0.4)
    found, _ = marked(model, start, model.buffers.clone(), Marks(x, y), recipe, 0, 1)
    torch.nn.utils.vector_to_parameters(start.clone(), module.parameters())
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    for epoch in range(11):
        optimizer.param_groups[0]["lr"] = 0.05 * (0.8 if epoch >= 10 else 1)
        for rows in torch.arange(20).split(8):
            optimizer.zero_grad()
            vector = torch.nn.utils.parameters_to_vector(module.parameters())
            distance = torch.linalg.vector_norm(vector - start)
            loss = nn.functional.cross_entropy(module(x[rows]), y[rows])
            (loss + 0.2 * distance).backward()
            optimizer.step()
    own = torch.nn.utils.parameters_to_vector(module.parameters()).detach()
    torch.testing.assert_close(found, own, rtol=1e-4, atol=1e-6)


def test_a_training_that_diverges_says_so():
    model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(16, 5)))
    recipe = marking(images=4, epochs=400, lr=1e6)
    marks = Marks(torch.ones(4, 1, 4, 4), torch.arange(4))
    with pytest.raises(SimulationError, match="seed 7, round 2: the mark's training diverged"):
        marked(model, model.parameters.clone(), None, marks, recipe, 7, 2)


@pytest.mark.parametrize("normalised", [False, True])
def test_rounds_go_on_from_the_marked_model(normalised):
    """The clients start from it with the statistics of before; each is asked with those of after.

    The model stays marked where all are refused, which a threshold of 0.1 does.
    """
    world = small.World("indicator", INDICATOR | {"threshold": 0.1}, normalised)
    start, first = list(world.records())[:2]
    model = FlatModel(small.network(normalised))
    expected, mark = marked(
        *(model, start.parameters, start.carried.buffers, world.population.marks),
        *(world.parameters.defense.marking, small.SEED, 1),
    )
    assert first.values["num_accepted"] == 0
    assert torch.equal(first.parameters, expected)
    assert torch.equal(first.carried.buffers, start.carried.buffers)
    assert normalised == (not torch.equal(mark.buffers, start.carried.buffers))
    assert first.values["mark_acc"] == 100.0
    assert start.values["mark_acc"] is None


def test_honest_clients_lose_the_mark_and_one_who_sends_it_back_is_refused():
    """Those who train long move away from it; with one step of 1e-9 everybody keeps it."""
    lost = list(small.World("indicator", INDICATOR, local_epochs=8, lr=1.0).records())[1]
    assert lost.values["num_accepted"] >= 3
    accuracies = [float(value) for value in lost.values["mark_accs"].split()]
    refused = set(lost.values["refused_ids"].split())
    clients = lost.values["client_ids"].split()
    for client, accuracy in zip(clients, accuracies, strict=True):
        assert (client in refused) == (accuracy >= 95)
    still = list(small.World("indicator", INDICATOR, lr=1e-9).records())[1]
    assert still.values["num_accepted"] == 0
    assert still.values["mark_accs"] == "100 100 100 100 100"


def test_every_other_round():
    found = list(small.World("indicator", INDICATOR | {"every": 2}, lr=1e-9).records())
    assert [record.values["num_accepted"] for record in found[1:]] == [0, 5, 0]
    assert [record.values["mark_accs"] != "" for record in found] == [False, True, False, True]
    assert torch.allclose(found[2].parameters, found[1].parameters, atol=1e-6)


def test_averages_in_the_place_of_clients_have_no_columns():
    pairs = {"before": [{"name": "bucketing", "size": 2}]}
    first = list(small.World("indicator", INDICATOR | pairs).records())[1]
    assert first.values["mark_accs"] == ""
    assert first.values["mark_acc"] == 100.0
