"""Train the model that federated learning starts from, centrally, by a published recipe."""

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from edgecase.attacks import LocalTraining
from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator
from edgecase.federation.evaluate import TestSets, evaluate
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Begun, Samples, Stream, train_locally
from edgecase.federation.parameters import Recipe
from edgecase.federation.task import TaskData
from edgecase.machine.precision import autocast_dtype, matrix_products

#: one starting model serves every seed of a task, so its own seed is fixed.
_SEED = 0


def pretrain(
    model: FlatModel,
    data: TaskData,
    recipe: Recipe,
    precision: str,
    *,
    begun: Begun | None = None,
    after_step: Callable[[Begun], None] | None = None,
) -> torch.Tensor:
    """Train `model` as one client that holds the training set; returns the parameters [P].

    With `num_samples`, the recipe uses a random part of the training set. The augmentation is the
    honest clients'. `begun` and `after_step` are those of `train_locally`.
    """
    count = len(data.train.labels)
    chosen = numpy_generator(_SEED, "pretrain-samples").permutation(count)
    index = torch.from_numpy(chosen[: recipe.num_samples or count])
    training = LocalTraining(
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        lr=recipe.lr,
        momentum=recipe.momentum,
        weight_decay=recipe.weight_decay,
    )
    with matrix_products(precision):
        train_locally(
            model,
            model.parameters.clone(),
            data.train,
            Samples(index.to(model.device), data.transforms.honest),
            training,
            Stream(_SEED, round=0, client=0, purpose="pretrain-"),
            buffers=model.buffers.clone(),
            autocast=autocast_dtype(precision),
            begun=begun,
            after_step=after_step,
        )
    return model.parameters.clone()


def steps_per_epoch(data: TaskData, recipe: Recipe) -> int:
    """SGD steps of an epoch of `pretrain`."""
    count = len(data.train.labels)
    return -(-min(recipe.num_samples or count, count) // recipe.batch_size)


def load_start(model: FlatModel, path: str | Path) -> None:
    """Fill `model` from a starting model's file; `DataError`, naming it, if it does not fit."""
    try:
        model.load_state(load_file(path))
    except (SafetensorError, ValueError) as error:
        raise DataError(f"{path}: not a starting model of this task ({error})") from error


def clean_accuracy(
    model: FlatModel, parameters: torch.Tensor, data: TaskData, batch_size: int, precision: str
) -> float:
    """Accuracy of `parameters` [P] on the task's clean test set, %."""
    tests = TestSets(
        data.test.inputs(data.transforms.test, model.dtype),
        data.test.labels,
        num_clean=len(data.test.labels),
    )
    with matrix_products(precision):
        return evaluate(
            model,
            parameters,
            tests,
            num_classes=data.num_classes,
            batch_size=batch_size,
            buffers=model.buffers,
            autocast=autocast_dtype(precision),
        ).main
