"""Train the model that every cell of a task starts from."""

import argparse
import contextlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from safetensors.torch import load_file, save

from edgecase.base import command
from edgecase.base.files import atomic_path, clear_unfinished, locked
from edgecase.base.parameters import plain, read
from edgecase.base.tensor_norms import l2_norm
from edgecase.base.tensor_randomness import torch_generator
from edgecase.datasets import DATASETS
from edgecase.datasets.folders import register
from edgecase.federation.authors import load_authors
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.flat import FlatModel
from edgecase.federation.honest_rounds import train_by_rounds
from edgecase.federation.parameters import StartParameters
from edgecase.federation.pretrain import clean_accuracy
from edgecase.federation.pretrain_state import SavedTraining, pretrain_on
from edgecase.federation.state import fingerprint
from edgecase.federation.task import build_model, open_dataset, task_data
from edgecase.federation.trainer import SEQUENTIAL
from edgecase.machine import device as devices
from edgecase.results import code, provenance, starts

_NEEDS_LESS = (
    "A starting model needs less with a smaller pretrain.batch_size, test_batch_size or "
    "model.width; a machine with fewer jobs at once (--cores, cells_per_gpu)"
)


@devices.short_of_memory(_NEEDS_LESS)
def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="the task's parameters, JSON"
    )
    parser.add_argument("--authors", type=Path, help="folder of the authors' checkpoint")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--test-batch-size", type=command.positive, default=1000, help="images tested at once"
    )
    parser.add_argument(
        "--state", type=Path, help="folder of the training's state, to go on from (none: no state)"
    )
    parser.add_argument("--save-minutes", type=float, default=5.0, help="between two saved states")
    parser.add_argument(
        "--finished", type=Path, help="folder of a finished model, taken over if it is this one"
    )
    parser.add_argument("--out", required=True, type=Path, help="the model (.safetensors)")
    arguments = parser.parse_args(argv)
    # A training that its Snakemake has left behind may still be at work.
    with locked(arguments.state, _say) if arguments.state else contextlib.nullcontext():
        if arguments.state:
            clear_unfinished(arguments.state)
        make(arguments, read(StartParameters, arguments.parameters))


def make(arguments: argparse.Namespace, parameters: StartParameters) -> None:
    """Write the starting model and its report."""
    register(parameters.folders)
    device = devices.choose_device(arguments.device)
    devices.configure(device, arguments.threads)
    arrays = open_dataset(arguments.dataset, parameters)
    data = task_data(arrays, parameters, device)
    model = build_model(parameters, data, torch_generator(0, "initial-weights"))
    facts = training_facts(arguments)
    if parameters.start == "authors":
        names = DATASETS[parameters.dataset].class_names
        load_authors(model, next(arguments.authors.glob("*.pt*"), arguments.authors), names)
        recipe: dict = {"start": "authors"}
    elif parameters.rounds is not None:
        recipe = {"start": "rounds", **plain(parameters.rounds)}
        if not taken_over(arguments, model, facts):
            model.load(*trained_by_rounds(arguments, parameters, arrays, model, facts))
    else:
        assert parameters.pretrain is not None
        recipe = {"start": "trained", **plain(parameters.pretrain)}
        if not taken_over(arguments, model, facts):
            saved = saved_training(arguments, facts) if arguments.state else None
            pretrain_on(model, data, parameters.pretrain, parameters.precision, saved, _say)
    accuracy = clean_accuracy(
        model,
        model.parameters.clone(),
        data,
        arguments.test_batch_size,
        parameters.precision,
    )
    report = {
        "model": plain(parameters.model),
        "recipe": recipe,
        "num_parameters": model.parameters.numel(),
        "accuracy": round(accuracy, 4),
        "norm": round(l2_norm(model.parameters).item(), 4),
        "test_samples": len(data.test.labels),
        starts.MADE_FROM: facts,
    }
    with atomic_path(arguments.out) as temporary:
        temporary.write_bytes(save(model.state()))
    report[starts.DIGEST] = provenance.file_digest(arguments.out)
    with atomic_path(arguments.out.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
    _say(f"accuracy {accuracy:.2f} %, norm {report['norm']:.3f}")


def taken_over(arguments: argparse.Namespace, model: FlatModel, facts: str) -> bool:
    """Whether `model` now is the finished one that this very training made elsewhere.

    Another processor would round otherwise, and train another one.
    """
    if arguments.finished is None:
        return False
    path = starts.waiting(arguments.finished, facts)
    if path is None:
        return False
    model.load_state(load_file(path))
    _say(f"taken over from {path}")
    return True


def trained_by_rounds(
    arguments: argparse.Namespace,
    parameters: StartParameters,
    arrays: dict[str, np.ndarray],
    model: FlatModel,
    facts: str,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What honest rounds make of `model`."""

    def initial(experiment: Experiment) -> None:
        experiment.start_from(model.parameters, model.buffers)

    state = (arguments.state, facts) if arguments.state else None
    execution = Execution(
        model.device, backend=SEQUENTIAL, test_batch_size=arguments.test_batch_size
    )
    save_every_s = 60 * arguments.save_minutes
    return train_by_rounds(parameters, arrays, execution, initial, state, save_every_s, _say)


def saved_training(arguments: argparse.Namespace, facts: str) -> SavedTraining:
    """The state of this very training."""
    path = arguments.state / "training.safetensors"
    return SavedTraining(path, facts, 60 * arguments.save_minutes, _say)


def training_facts(arguments: argparse.Namespace) -> str:
    """The fingerprint of this very training: tests and their sizes do not concern it."""
    concerns = ("dataset", "model", "pretrain", "rounds", "precision", "switches")
    versions = provenance.versions()
    return fingerprint(
        parameters={key: arguments.parameters.get(key) for key in concerns},
        data=provenance.file_digest(arguments.dataset),
        code=code.digest_for("pretrain", arguments.parameters),
        libraries={name: versions[name] for name in ("torch", "numpy")},
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    command.run(main)
