"""Log-densities of one task's penultimate features: test images, edge cases, another data set."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd
import torch

from edgecase import densities
from edgecase.base import command
from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import images, load_npz
from edgecase.datasets.folders import register
from edgecase.densities.comparison import shaped
from edgecase.densities.features import penultimate
from edgecase.densities.mixture import fit
from edgecase.densities.settings import DensityParameters
from edgecase.federation.pretrain import load_start
from edgecase.federation.stores import ImageStore
from edgecase.federation.task import build_model, open_dataset, task_data
from edgecase.machine import device as devices
from edgecase.population.poison import load_poison

_NEEDS_LESS = (
    "Densities need less with a smaller test_batch_size, densities.train_samples or "
    "densities.test_samples; a machine with fewer jobs at once (--cores, cells_per_gpu)"
)


@devices.short_of_memory(_NEEDS_LESS)
def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", required=True)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument(
        "--comparison", required=True, type=Path, help="prepared data set from elsewhere (.npz)"
    )
    parser.add_argument("--poison", required=True, type=Path, nargs="+", help="one per seed")
    parser.add_argument("--start", required=True, type=Path, help="starting model (.safetensors)")
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="of task and mixture, JSON"
    )
    parser.add_argument("--seeds", required=True, type=int, nargs="+")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--test-batch-size", type=command.positive, default=1000, help="images tested at once"
    )
    parser.add_argument("--out", required=True, type=Path, help="the table (.csv)")
    arguments = parser.parse_args(argv)
    if len(arguments.seeds) != len(arguments.poison):
        parser.error("--poison takes one file per seed")
    parameters = read(DensityParameters, arguments.parameters)
    register(parameters.folders)

    device = devices.choose_device(arguments.device)
    devices.configure(device, arguments.threads)
    available = len(load_npz(arguments.dataset, ("y_test",))["y_test"])
    shown = replace(parameters, test_samples=min(parameters.test_samples, available))
    data = task_data(open_dataset(arguments.dataset, parameters), shown, device)
    model = build_model(parameters, data)
    dataset, transform = images(parameters.dataset), data.transforms.test
    assert isinstance(data.train, ImageStore)
    assert isinstance(data.test, ImageStore)
    assert transform is not None
    elsewhere = load_npz(arguments.comparison, ("x_test",))["x_test"]
    load_start(model, arguments.start)

    def features(pictures: torch.Tensor) -> np.ndarray:
        return penultimate(model, pictures, transform, arguments.test_batch_size)

    parts = []
    for seed, poison in zip(arguments.seeds, arguments.poison, strict=True):
        edge = load_poison(poison)["test_x"]
        if edge.shape[1:] != dataset.shape:
            raise DataError(f"{poison}: test_x has images {edge.shape[1:]}, not {dataset.shape}")
        train = _drawn(len(data.train.labels), parameters.train_samples, seed, "train")
        test = _drawn(len(data.test.labels), parameters.test_samples, seed, "test")
        other = _drawn(len(elsewhere), parameters.test_samples, seed, "comparison")
        density = fit(
            features(data.train.images[train]),
            parameters.components,
            parameters.variance,
            numpy_generator(seed, "densities-mixture"),
        )
        groups = {
            (densities.IN_DISTRIBUTION, dataset.name): data.test.images[test],
            (densities.EDGE_CASE, parameters.edge_set): torch.from_numpy(edge).to(device),
            (densities.OUT_OF_DISTRIBUTION, parameters.comparison): torch.from_numpy(
                shaped(elsewhere[other], dataset.shape)
            ).to(device),
        }
        for (group, name), pictures in groups.items():
            rows = pd.DataFrame({"log_density": density.log_density(features(pictures))})
            parts.append(
                rows.assign(
                    task=arguments.task, standin=dataset.standin, seed=seed, group=group, set=name
                )
            )
    table = pd.concat(parts)[list(densities.COLUMNS)]
    with atomic_path(arguments.out) as temporary:
        table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


def _drawn(available: int, count: int, seed: int, purpose: str) -> np.ndarray:
    """Rows of `count` of the `available` images drawn without replacement, or of all of them."""
    return numpy_generator(seed, f"densities-{purpose}").permutation(available)[:count]


if __name__ == "__main__":
    command.run(main)
