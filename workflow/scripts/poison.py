"""Draw the attacker's poisoned set, hand out honest edge data and fix the backdoor test set."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import EDGE_SETS, load_npz
from edgecase.datasets.arrays import check_images
from edgecase.datasets.base import LINE_ARRAYS, PROMPT_ARRAYS
from edgecase.datasets.folders import register
from edgecase.datasets.text import words_of
from edgecase.population.partition import load_partition
from edgecase.population.poison import CASES, build, family_of, lines, prompts, save_poison


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument("--edge", required=True, type=Path, help="prepared edge set (.npz)")
    parser.add_argument("--edge-set", required=True)
    parser.add_argument(
        "--folders", type=command.json_object, help="data set and edge set that are folders, JSON"
    )
    parser.add_argument("--case", required=True, choices=CASES)
    parser.add_argument("--num-clients", required=True, type=command.positive)
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="of the poisoned set, JSON"
    )
    parser.add_argument(
        "--partition", type=Path, help="of the seed (.npz), for `overlap: corrected` alone"
    )
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--out", required=True, type=Path, help=".npz; a .csv is written beside it")
    arguments = parser.parse_args(argv)
    apart = arguments.parameters.get("overlap") == "corrected"
    if apart != (arguments.partition is not None):
        parser.error("--partition goes with `overlap: corrected` in --parameters, and only there")

    register(arguments.folders)
    if problem := unknown_name(arguments.edge_set, EDGE_SETS):
        raise ConfigError(f"--edge-set: {problem}")
    labels = load_npz(arguments.dataset, ("y_train",))["y_train"]
    edge_set = EDGE_SETS[arguments.edge_set]
    edge = load_npz(arguments.edge, edge_set.arrays)
    if edge_set.arrays == LINE_ARRAYS:
        words = words_of(load_npz(arguments.dataset, ("words",))["words"])
        edge = lines.numbered(edge, words, str(arguments.edge))
    elif edge_set.arrays == PROMPT_ARRAYS:
        text = load_npz(arguments.dataset, ("x_train", "x_test", "words"))
        edge = prompts.numbered(edge, text, str(arguments.dataset))
    else:
        check_images(edge, str(arguments.edge))
    data = build(
        read(family_of(edge_set.name), arguments.parameters, "poison."),
        edge,
        edge_set.source_class,
        edge_set.target_class,
        len(labels),
        arguments.case,
        arguments.num_clients,
        numpy_generator(arguments.seed, "poison"),
        edge_set.excluded,
        load_partition(arguments.partition).index if apart else None,
    )
    save_poison(arguments.out, data, labels)


if __name__ == "__main__":
    command.run(main)
