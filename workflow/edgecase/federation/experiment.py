"""Run a whole cell: lay its task out on a device, and bring its seeds to the last round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from edgecase.datasets import EDGE_SETS, images
from edgecase.federation.audit import false_trigger, name_audits
from edgecase.federation.clients import Population, build_populations, build_tests
from edgecase.federation.evaluate import TestSets
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Samples
from edgecase.federation.marking import Marks
from edgecase.federation.parameters import CellParameters
from edgecase.federation.photographs import let_go_after
from edgecase.federation.pretrain import load_start
from edgecase.federation.probe import AUTO, Work, choose_backend
from edgecase.federation.session import Session
from edgecase.federation.simulate import RoundRecord, SeedRun
from edgecase.federation.stores import SegmentStore, TokenStore
from edgecase.federation.task import TaskData, build_model, task_data, watched_classes
from edgecase.federation.trainer import Trainer, build_trainer
from edgecase.machine.device import describe, total_memory
from edgecase.population.marks import check_apart, mark_images
from edgecase.population.partition import Partition
from edgecase.population.poison import PoisonedData
from edgecase.population.root import root_sets


@dataclass(frozen=True)
class Execution:
    """How a cell is computed.

    `backend` is one of `trainer.BACKENDS`, or "auto", which `probe.choose_backend` decides with its
    measurements in the folder `probes`. `memory_share` of the device's memory may be taken for
    local training, and `test_batch_size` images are tested at once at most.
    """

    device: torch.device
    backend: str = AUTO
    probes: Path = Path("results/probe")
    memory_share: float = 0.8
    test_batch_size: int = 1000
    dtype: torch.dtype = torch.float32


class Experiment:
    """The clients, the test sets and the model of every seed of a cell.

    `arrays` are those of a prepared data set; `partitions` and `poisons` map a seed to what its
    files hold, and `marking` are the arrays of the data set that the rule marks the model with.
    Every seed starts from the model's initial weights until `load_start` reads others.
    """

    def __init__(
        self,
        parameters: CellParameters,
        arrays: Mapping[str, np.ndarray],
        partitions: Mapping[int, Partition],
        poisons: Mapping[int, PoisonedData],
        execution: Execution,
        marking: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self.parameters, self.execution, self._arrays = parameters, execution, arrays
        self.seeds = list(partitions)
        self.poisons = dict(poisons)
        self.data: TaskData = task_data(arrays, parameters, execution.device)
        self.model: FlatModel = build_model(parameters, self.data, dtype=execution.dtype)
        self._keep_start()
        populations = build_populations(
            self.data.train,
            list(partitions.values()),
            list(poisons.values()),
            self.data.transforms,
            count_edge_samples=parameters.switches.edge_sample_weight == "corrected",
            roots=root_sets(
                self.data.train.labels.cpu().numpy(),
                partitions,
                poisons,
                parameters.defense.root_size,
            ),
        )
        if marking is not None:
            populations = [
                replace(population, marks=self._marks(seed, marking["x_train"]))
                for seed, population in zip(self.seeds, populations, strict=True)
            ]
        self.populations: dict[int, Population] = dict(zip(self.seeds, populations, strict=True))

    def _marks(self, seed: int, source: np.ndarray) -> Marks:
        """What the model of a seed is marked with; `DataError` if that is in the task's data."""
        marking, dataset = self.parameters.defense.marking, images(self.parameters.dataset)
        assert marking is not None
        name, poison = marking.ood_dataset, self.poisons[seed]
        drawn = mark_images(
            name, source, dataset.shape, marking.images, self.data.num_classes, seed
        )
        check_apart(
            name,
            drawn,
            {
                "clients' images": self._arrays["x_train"],
                "clean test images": self._arrays["x_test"],
                "attacker's edge cases": poison["attacker_edge_x"],
                "honest clients' edge cases": poison["honest_edge_x"],
                "edge-case test images": poison["test_x"],
            },
        )
        device = self.data.device
        transform = self.data.transforms.test
        assert transform is not None
        return Marks(
            transform.test(torch.from_numpy(drawn.images).to(device), self.model.dtype),
            torch.from_numpy(drawn.labels).to(device),
        )

    def load_start(self, path: Path) -> None:
        """Start from the model in a file; `DataError`, naming it, if it does not fit."""
        load_start(self.model, path)
        self._keep_start()

    def start_from(self, parameters: torch.Tensor, buffers: torch.Tensor) -> None:
        """Start from a model in memory."""
        self.model.load(parameters, buffers)
        self._keep_start()

    def _keep_start(self) -> None:
        """Remember the model that every seed starts from: training changes the one in use."""
        self.start, self.start_buffers = self.model.parameters.clone(), self.model.buffers.clone()

    @cached_property
    def work(self) -> Work:
        """What decides how fast a back-end is."""
        memory = self.execution.memory_share * total_memory(self.execution.device)
        largest = max(population.largest for population in self.populations.values())
        return Work(
            members=len(self.seeds) * self.parameters.clients_per_round,
            batch_size=min(self.parameters.largest_batch, largest),
            precision=self.parameters.precision,
            memory=int(memory),
        )

    @cached_property
    def backend(self) -> str:
        """The back-end that trains the clients."""
        if self.execution.backend != AUTO:
            return self.execution.backend
        everything = torch.arange(len(self.data.train.labels), device=self.model.device)
        return choose_backend(
            *(self.model, self.parameters.model, self.data.train),
            *(Samples(everything, self.data.transforms.honest), self.work, self.execution.probes),
        )

    @cached_property
    def trainer(self) -> Trainer:
        """Trains the participants of a round; `ConfigError` if the back-end cannot."""
        store, work = self.data.train, self.work
        return build_trainer(self.backend, self.model, store, work.batch_size, work.memory)

    @cached_property
    def whole(self) -> TestSets | None:
        """All clean test samples, if `whole_test_every` asks for them."""
        if self.parameters.whole_test_every is None:
            return None
        every = replace(self.parameters, test_samples=None)
        data = task_data(self._arrays, every, self.execution.device)
        inputs = data.test.inputs(data.transforms.test, self.model.dtype)
        labels = data.test.labels
        return TestSets(inputs, labels, len(labels), carried_batch=self._carried(data))

    def _carried(self, data: TaskData) -> int | None:
        """The batch of tests that carry a hidden state: in a text to predict, all its columns."""
        carried = self.parameters.carried_batch
        return carried if carried is None or data.columns is None else data.columns

    def tests(self, seed: int) -> TestSets:
        """The clean and the backdoor test set of a seed."""
        data, poison = self.data, self.poisons[seed]
        tests = build_tests(data.test, poison, data.transforms, self.model.dtype)
        tests = replace(tests, carried_batch=self._carried(data))
        if not len(poison["test_x"]):
            return tests
        if isinstance(data.test, SegmentStore) and "other_x" in poison:
            others = torch.from_numpy(poison["other_x"]).to(data.device)
            return replace(tests, audits=false_trigger(data.test, others))
        if not isinstance(data.test, TokenStore):
            return tests
        source = EDGE_SETS[self.parameters.edge_set].source_class
        lines = torch.from_numpy(poison["test_x"])
        wanted = tests.labels[-1:]
        audits = name_audits(data.test, lines, source)
        return replace(
            tests,
            audits={name: (own, wanted.expand(len(own))) for name, own in audits.items()},
        )

    def attacker_share(self) -> float:
        """The attacker's expected FedAvg weight in a round with one attacker, mean over seeds."""
        shares = []
        for population in self.populations.values():
            mean = int(population.honest_counts.sum()) / len(population.honest_counts)
            attacker = population.attacker_count
            others = (self.parameters.clients_per_round - 1) * mean
            shares.append(attacker / (attacker + others))
        return sum(shares) / len(shares)

    def session(
        self, files: Mapping[int, tuple[Path, str]], report: Callable[[str], None]
    ) -> Session:
        """The progress of the seeds, gone on from the state in the `files` of each."""
        return Session(files, report, describe(self.execution.device))

    def run(
        self,
        session: Session,
        save_every_s: float,
        progress: Callable[[int, RoundRecord], None],
    ) -> None:
        """Bring every seed of `session` to its last round.

        A stacked back-end trains the clients of all seeds at once; else seed follows seed.
        """
        classes = watched_classes(self.parameters, self.data)
        runs = [
            SeedRun(
                *(seed, self.populations[seed], self.tests(seed), session.states.get(seed)),
                whole=self.whole,
            )
            for seed in self.seeds
            if not session.is_done(seed, self.parameters.rounds)
        ]
        for together in [runs] if self.trainer.stacks else [[run] for run in runs]:
            with let_go_after(self.data.train):
                session.run(
                    self.trainer,
                    self.start,
                    together,
                    classes,
                    self.parameters,
                    self.execution.test_batch_size,
                    save_every_s,
                    progress,
                    self.start_buffers,
                )
