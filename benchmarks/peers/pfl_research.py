"""A round as pfl-research simulates it, by its own classes; needs its package `pfl`."""

import functools
import itertools
import types

import torch
from pfl.aggregate.simulate import SimulatedBackend
from pfl.aggregate.weighting import WeightByDatapoints
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.data.dataset import Dataset
from pfl.data.federated_dataset import FederatedDataset
from pfl.hyperparam import NNEvalHyperParams, NNTrainHyperParams
from pfl.metrics import Weighted
from pfl.model.pytorch import PyTorchModel
from torch import nn
from torch.nn import functional

from benchmarks.measure import Clock
from benchmarks.peers.shared import (
    normalised,
    samples_of_participants,
    views,
    without_dropout,
)
from benchmarks.plain_models import starting_model
from benchmarks.workload import TEST_BATCH_SIZE, Workload
from edgecase.attacks import LocalTraining
from edgecase.base.errors import ConfigError
from edgecase.machine.precision import autocast_dtype

_NEVER = 2**31


class PflResearch:
    """`seeds` seeds of a workload on `device`, one after the other.

    It starts from the same weights as `simulator.Simulator`. Raises `ConfigError` for what its
    classes do not do, attackers and augmentation, and for a model that `plain_models` does not
    have.
    """

    def __init__(
        self, workload: Workload, seeds: int, device: torch.device, *, dropout: bool = True
    ) -> None:
        _check(workload)
        self._seeds, self._device = seeds, device
        self._users = samples_of_participants(workload, device)
        self._tests = _tests(workload, device)
        self._testing = NNEvalHyperParams(local_batch_size=TEST_BATCH_SIZE)
        (training,) = {part.training for part in workload.parts}
        self._training = NNTrainHyperParams(
            local_learning_rate=training.lr,
            local_num_epochs=training.epochs,
            local_batch_size=training.batch_size,
        )
        self._model = _model(workload, training)
        if not dropout:
            without_dropout(self._model.pytorch_model)
        participants = itertools.cycle(self._users)
        users = FederatedDataset.from_slices(self._users, lambda: next(participants))
        self._backend = SimulatedBackend(users, users, [WeightByDatapoints()])
        self._algorithm, self._rounds = FederatedAveraging(), 0
        # In its first round, and here in no other, pfl tests every user's model as well.
        start = self._model.get_parameters()
        self._train(cohort=1)
        self._model.set_parameters(start)

    def round(self) -> dict[str, float]:
        """Seconds of a seed's round per phase (`measure.PHASES`).

        pfl adds up updates as they come, so that the average is part of the training here.
        """
        clock = Clock(self._device)
        for _ in range(self._seeds):
            with clock.phase("train_s"):
                self._train(cohort=len(self._users))
            with clock.phase("evaluate_s"):
                for dataset in self._tests:
                    self._model.evaluate(dataset, eval_params=self._testing)
        return {phase: total / self._seeds for phase, total in clock.seconds.items()}

    def train(self) -> dict[str, torch.Tensor]:
        """Train and average once; the parameters of the next global model, which is kept."""
        self._train(cohort=len(self._users))
        return self.state()

    def state(self) -> dict[str, torch.Tensor]:
        """The parameters of the global model."""
        return self._model.get_parameters()

    def _train(self, cohort: int) -> None:
        self._rounds += 1  # an algorithm goes on where it stopped
        self._algorithm.run(
            NNAlgorithmParams(
                central_num_iterations=self._rounds,
                evaluation_frequency=_NEVER,
                train_cohort_size=cohort,
                val_cohort_size=0,
            ),
            *(self._backend, self._model, self._training, self._testing),
            send_metrics_to_platform=False,
        )


def _check(workload: Workload) -> None:
    if views(workload).honest.padding is not None:
        raise ConfigError("pfl-research: has no augmentation")
    if any(part.attacks for part in workload.parts):
        raise ConfigError("pfl-research: has no attackers")


def _tests(workload: Workload, device: torch.device) -> list[Dataset]:
    """The clean and the backdoor test set."""
    view, arrays, poisoned = views(workload).test, workload.arrays, workload.poisoned
    return [
        Dataset(normalised(arrays["x_test"], arrays["y_test"], view, device)),
        Dataset(normalised(poisoned["test_x"], poisoned["test_y"], view, device)),
    ]


def _model(workload: Workload, training: LocalTraining) -> PyTorchModel:
    """The plain model with the loss and the metrics that pfl asks of a module."""
    module = starting_model(workload.parameters, "pfl-research")
    module.loss = types.MethodType(_loss, module)
    module.metrics = types.MethodType(_metrics, module)
    local = functools.partial(
        torch.optim.SGD, momentum=training.momentum, weight_decay=training.weight_decay
    )
    return PyTorchModel(
        module,
        local,
        torch.optim.SGD(module.parameters(), lr=1.0),  # the server takes the average as it is
        amp_dtype=autocast_dtype(workload.parameters.precision),
    )


def _loss(module: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    module.train()
    return functional.cross_entropy(module(images), labels)


@torch.no_grad()
def _metrics(module: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> dict[str, Weighted]:
    module.eval()
    logits = module(images)
    loss = functional.cross_entropy(logits, labels, reduction="sum").item()
    correct = (logits.argmax(dim=1) == labels).sum().item()
    return {"loss": Weighted(loss, len(labels)), "accuracy": Weighted(correct, len(labels))}
