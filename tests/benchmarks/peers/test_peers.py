"""The round that all simulators compute is this project's, and its table says by how much."""

import copy

import pytest
import torch
from benchmarks.peers.ours import Ours
from benchmarks.peers.shared import plain_round
from benchmarks.workload import build, resolve
from torch.nn.functional import cross_entropy

from benchmarks.peers import __main__ as race
from edgecase.base.errors import ConfigError
from edgecase.federation.trainer import AT_ONCE, SEQUENTIAL


@pytest.mark.parametrize("backend", [SEQUENTIAL, AT_ONCE])
def test_without_dropout_and_with_one_batch_a_round_is_a_step_of_each_client(backend):
    parameters = resolve("cifar10-iid", attacked=False, precision="fp32", quick=True)
    workload = build(parameters | {"batch_size": 512, "local_epochs": 1})
    plain = plain_round(workload, "plain", dropout=False)
    states, counts = [], []
    for images, labels in plain.samples.values():
        model = copy.deepcopy(plain.start).train()
        cross_entropy(model(images), labels).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= plain.training.lr * parameter.grad
        states.append(model.state_dict())
        counts.append(len(labels))
    ours = Ours(workload, backend, 2, dropout=False)
    ours.round()
    for name, found in ours.state().items():
        expected = sum(n * state[name] for n, state in zip(counts, states, strict=True))
        torch.testing.assert_close(found, expected / sum(counts), rtol=1e-4, atol=1e-6)


def test_a_round_with_augmentation_is_refused():
    workload = build(resolve("cifar10-southwest", attacked=False, precision="fp32", quick=True))
    with pytest.raises(ConfigError, match="BlazeFL: has no augmentation and no attackers"):
        plain_round(workload, "BlazeFL", dropout=True)


def test_a_ratio_is_that_within_a_turn(monkeypatch, capsys):
    seconds = {"at-once": [2.0, 4.0, 1.0], "pfl-research": [3.0, 12.0, 2.0]}
    monkeypatch.setattr(race, "_differences", lambda names, options: ((n, 0.0) for n in names))
    monkeypatch.setattr(race, "_run", lambda name, options: [seconds[name].pop(0)])
    monkeypatch.setattr("sys.argv", ["peers", "--names", "pfl-research"])
    race.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert ["| pfl-research", "3.00", "2.0 (1.5 to 3.0)", "1.5", "0 |"] in rows
