"""Run the project's own round with any back-end, as `edgecase.federation.simulate` does."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from benchmarks.measure import Clock
from benchmarks.workload import ROUND, Workload
from edgecase.federation.evaluate import evaluate
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.flat import FlatModel
from edgecase.federation.receive import receive
from edgecase.federation.round import Cohort
from edgecase.federation.server import Broadcast, Updates, defend
from edgecase.machine.gpus import TRAINING_MEMORY
from edgecase.machine.precision import autocast_dtype, matrix_products


class Simulator:
    """`seeds` seeds of a workload on `device`; raises `ConfigError` if `backend` cannot run it."""

    def __init__(
        self,
        workload: Workload,
        backend: str,
        seeds: int,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._parameters, self._device = workload.parameters, device
        self._experiment = Experiment(
            workload.parameters,
            workload.arrays,
            dict.fromkeys(range(seeds), workload.clients),
            dict.fromkeys(range(seeds), workload.poisoned),
            Execution(device, backend, memory_share=TRAINING_MEMORY, dtype=dtype),
        )
        self._trainer = self._experiment.trainer
        start = self._experiment.start
        self._cohorts = [
            Cohort(seed, start, population, workload.participants)
            for seed, population in self._experiment.populations.items()
        ]
        self._tests = [self._experiment.tests(cohort.seed) for cohort in self._cohorts]

    def round(self) -> dict[str, float]:
        """Seconds of a seed's round per phase (`measure.PHASES`)."""
        clock = Clock(self._device)
        stacks = self._trainer.stacks
        for cohorts in [self._cohorts] if stacks else [[cohort] for cohort in self._cohorts]:
            with clock.phase("train_s"):
                received = self._train(cohorts)
            for cohort, updates in zip(cohorts, received, strict=True):
                with clock.phase("aggregate_s"):
                    after = cohort.start + self._aggregate(cohort, updates)
                with clock.phase("evaluate_s"):
                    self._evaluate(cohort, after)
        return {phase: total / len(self._cohorts) for phase, total in clock.seconds.items()}

    def train(self) -> None:
        """Train the participants of every seed, one seed after the other."""
        for cohort in self._cohorts:
            self._train([cohort])

    def updates(self) -> torch.Tensor:
        """What a round adds to the global model of each seed, [seeds, P]."""
        received = self._train(self._cohorts)
        pairs = zip(self._cohorts, received, strict=True)
        return torch.stack([self._aggregate(cohort, updates) for cohort, updates in pairs])

    def advance(self) -> None:
        """A round of every seed, without tests, that starts where the last one ended."""
        self._cohorts = [
            replace(cohort, start=cohort.start + update)
            for cohort, update in zip(self._cohorts, self.updates(), strict=True)
        ]

    @property
    def model(self) -> FlatModel:
        """What is trained; clients at once train copies of it, made in the first round."""
        return self._experiment.model

    def state(self) -> dict[str, torch.Tensor]:
        """The global model of the first seed."""
        self.model.parameters.copy_(self._cohorts[0].start)
        return self.model.state()

    def _train(self, cohorts: Sequence[Cohort]) -> list[Updates]:
        with matrix_products(self._parameters.precision):
            return receive(self._trainer, cohorts, self._parameters, ROUND)

    def _aggregate(self, cohort: Cohort, updates: Updates) -> torch.Tensor:
        return defend(
            self._parameters.defense,
            updates,
            cohort.participants.ids,
            Broadcast(cohort.seed, ROUND),
            leave_out_diverged=False,
        ).update

    def _evaluate(self, cohort: Cohort, parameters: torch.Tensor) -> None:
        precision = self._parameters.precision
        with matrix_products(precision):
            evaluate(
                self._experiment.model,
                parameters,
                self._tests[cohort.seed],
                num_classes=self._experiment.data.num_classes,
                batch_size=self._experiment.execution.test_batch_size,
                autocast=autocast_dtype(precision),
                workers=self._trainer.workers,
            )
