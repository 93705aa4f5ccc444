"""Divide a data set's training samples among the clients of one seed."""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import EDGE_SETS, load_npz
from edgecase.datasets.arrays import check_labels
from edgecase.datasets.folders import register
from edgecase.population.partition import partition, read_parameters, save_partition


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument(
        "--edge-set",
        help="edge set whose own training samples no honest client holds",
    )
    parser.add_argument(
        "--folders", type=command.json_object, help="data set and edge set that are folders, JSON"
    )
    parser.add_argument("--num-clients", required=True, type=command.positive)
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="of the partition, JSON"
    )
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument(
        "--out", required=True, type=Path, help=".npz; .csv and .json come beside it"
    )
    arguments = parser.parse_args(argv)

    register(arguments.folders)
    if arguments.edge_set and (problem := unknown_name(arguments.edge_set, EDGE_SETS)):
        raise ConfigError(f"--edge-set: {problem}")
    held = load_npz(arguments.dataset, ("y_train",), optional=("owner_train", "words"))
    labels, owners = held["y_train"], held.get("owner_train")
    predicts_words = owners is not None and "words" in held
    most = np.iinfo(np.int64).max  # text has words as labels, as many as there may be
    labels = check_labels(labels, f"{arguments.dataset}: y_train", labels.size, most)
    if owners is not None:
        where = f"{arguments.dataset}: owner_train"
        owners = check_labels(owners, where, labels.size, labels.size)
    exclude = EDGE_SETS[arguments.edge_set].excluded if arguments.edge_set else ()
    clients = partition(
        labels,
        arguments.num_clients,
        read_parameters(arguments.parameters),
        numpy_generator(arguments.seed, "partition"),
        exclude,
        owners,
    )
    save_partition(arguments.out, clients, None if predicts_words else labels)


if __name__ == "__main__":
    command.run(main)
