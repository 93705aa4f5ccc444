"""One seed of a tiny federation under any rule, for this process or one that is to be killed."""

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.flat import FlatModel
from edgecase.federation.marking import Marks
from edgecase.federation.parameters import CellParameters
from edgecase.federation.session import Session
from edgecase.federation.simulate import Classes, SeedRun, simulate
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import Sequential
from edgecase.federation.transforms import task_transforms
from edgecase.population.partition import Partition
from edgecase.population.root import root_sets

SEED = 4
SIZES = [3, 14, 6, 9, 4, 11, 5, 8]
PARAMETERS = {
    **{"num_clients": 8, "clients_per_round": 5, "rounds": 3, "local_epochs": 1},
    **{"batch_size": 4, "lr": 0.05, "gamma": 0.9, "momentum": 0.9, "weight_decay": 0.01},
    **{"precision": "fp32", "participation": "fixed-freq-2", "attack": "none"},
    # What a cell has besides, and no simulation reads.
    **{"task": "random", "case": "edge-case", "dataset": "standin-digits"},
    **{"edge_set": "standin-sevens", "model": {"name": "lenet", "width": 1.0}},
    **{"partition": {}, "poison": {}, "start": "trained"},
}


class _Stop(BaseException):
    pass


def network(normalised=False):
    torch.manual_seed(0)
    norm = [nn.BatchNorm2d(1)] if normalised else []
    return nn.Sequential(*norm, nn.Flatten(), nn.Linear(16, 10))


class World:
    def __init__(self, name, values, normalised=False, **changes):
        rng = np.random.default_rng(0)
        total = sum(SIZES) + 10
        images = rng.integers(0, 256, (total, 4, 4, 1), dtype=np.uint8)
        labels = rng.integers(0, 10, total)
        self.partition = Partition(rng.permutation(total)[: sum(SIZES)], np.cumsum([0, *SIZES]))
        edge = rng.integers(0, 256, (10, 4, 4, 1), dtype=np.uint8)
        self.poison = {
            **{"attacker_clean_index": np.arange(6), "attacker_edge_x": edge[:4]},
            **{"attacker_edge_y": np.full(4, 1), "honest_edge_x": edge[4:6]},
            **{"honest_edge_y": np.full(2, 7), "honest_edge_client": np.array([1, 4])},
            **{"test_x": edge[6:], "test_y": np.full(4, 1)},
        }
        own = {"defense": {"name": name, **values}} | changes
        self.parameters = CellParameters.of(PARAMETERS | own)
        size = self.parameters.defense.root_size
        store = ImageStore(torch.from_numpy(images), torch.from_numpy(labels))
        transforms = task_transforms(1, "plain")
        (self.population,) = build_populations(
            store,
            [self.partition],
            [self.poison],
            transforms,
            count_edge_samples=False,
            roots=root_sets(labels, {SEED: self.partition}, {SEED: self.poison}, size),
        )
        if self.parameters.defense.marking is not None:
            generator = torch.Generator().manual_seed(9)
            marks = Marks(torch.randn(20, 1, 4, 4, generator=generator), torch.arange(20) % 10)
            self.population = replace(self.population, marks=marks)
        self.tests = build_tests(store, self.poison, transforms, torch.float32)
        self.model = FlatModel(network(normalised))
        self.start = self.model.parameters.clone()
        self.start_buffers = self.model.buffers.clone()

    def _arguments(self, begun=None):
        runs = [SeedRun(SEED, self.population, self.tests, begun)]
        return Sequential(self.model), self.start, runs, Classes(10, 7, 1, 3), self.parameters, 7

    def records(self):
        for _, record in simulate(*self._arguments(), self.start_buffers):
            yield record

    def run(self, path: Path, stop_after=None, kill_after=None):
        """Go on from the state in `path`, saved after every round, until a round or the end."""
        session = Session({SEED: (path, "here")}, lambda refused: None, "a CPU")
        if session.is_done(SEED, self.parameters.rounds):
            return

        def progress(seed, record):
            round = record.values["fl_iter"]
            if round == kill_after:
                os.kill(os.getpid(), signal.SIGKILL)
            if round == stop_after:
                raise _Stop

        begun = session.states.get(SEED)
        with contextlib.suppress(_Stop):
            session.run(*self._arguments(begun), 0, progress, self.start_buffers)


def die(name, values, path):
    """Train one round more than the state in `path` has, and be killed in the one after."""
    path = Path(path)
    session = Session({SEED: (path, "here")}, lambda refused: None, "a CPU")
    reached = session.states[SEED].round if session.states else 0
    World(name, values).run(path, kill_after=reached + 2)
