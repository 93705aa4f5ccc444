"""benchmarks/blazefl-cifar10.yaml resolves to the benchmark that BlazeFL publishes.

Its numbers are the defaults of benchmarks/blazefl-case/main.py in blazefl/blazefl at a6e27cb.
"""

from pathlib import Path

import numpy as np

from edgecase import config
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import participants_of
from edgecase.plan.work import cell_work
from edgecase.population.partition import partition, read_parameters
from edgecase.results.cells import all_cells

ROOT = Path(__file__).parents[1]
PUBLISHED = {
    "dataset": "cifar10",
    "model": {"name": "lenet5", "width": 1.0},
    "num_clients": 100,
    "clients_per_round": 100,
    "rounds": 5,
    "local_epochs": 5,
    "batch_size": 50,
    "lr": 0.1,
    "gamma": 1,
    "momentum": 0,
    "weight_decay": 0,
    "attack": "none",
    "defense": {"name": "no-defense"},
}


def test_published_numbers():
    whole = config.load(ROOT / "benchmarks" / "blazefl-cifar10.yaml")
    (cell,) = all_cells(whole)
    resolved = config.resolve_cell(whole, cell)
    assert {key: resolved[key] for key in PUBLISHED} == PUBLISHED
    typed = CellParameters.of(resolved)
    participants = participants_of(typed, 1, seed=0)
    assert len(participants.ids) == 100
    assert not participants.attackers
    # 5 rounds of 100 clients, each 5 epochs of 10 batches of 50.
    assert cell_work(typed).steps == 5 * 100 * 50
    kind = read_parameters(resolved["partition"])
    labels = np.arange(50_000) % 10
    clients = partition(labels, 100, kind, np.random.default_rng(0))
    assert set(np.diff(clients.offsets)) == {500}
    # 200 shards of 250, two of them each.
    assert all(len(np.unique(labels[clients.client(k)])) <= 2 for k in range(100))
