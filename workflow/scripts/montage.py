"""Draw figure 1: ordinary images, the attacker's edge cases and the backdoor test set per task."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS, Dataset, load_npz
from edgecase.datasets.folders import register
from edgecase.datasets.own_files import some_of_class
from edgecase.figures import fig1, page, style
from edgecase.population.poison import load_poison


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", required=True, nargs="+")
    parser.add_argument("--datasets", required=True, type=Path, nargs="+", help="one per task")
    parser.add_argument(
        "--folders", type=command.json_object, help="data sets and edge sets that are folders, JSON"
    )
    parser.add_argument("--poison", required=True, type=Path, nargs="+", help="one per task")
    parser.add_argument("--source-class", required=True, type=int, nargs="+", help="one per task")
    parser.add_argument(
        "--orientation", required=True, nargs="+", choices=fig1.ORIENTATIONS, help="one per task"
    )
    parser.add_argument("--pdf", required=True, type=Path)
    parser.add_argument("--png", required=True, type=Path)
    page.add_looks(parser)
    arguments = parser.parse_args(argv)
    lists = (
        *(arguments.tasks, arguments.datasets, arguments.poison),
        *(arguments.source_class, arguments.orientation),
    )
    if len({len(values) for values in lists}) != 1:
        parser.error(
            "--datasets, --poison, --source-class and --orientation take one value per task"
        )

    register(arguments.folders)
    blocks = [_block(*values) for values in zip(*lists, strict=True)]
    with style.using(arguments.looks):
        page.save(fig1.draw(blocks), pdf=arguments.pdf, png=arguments.png)


def _block(task: str, path: Path, poison: Path, source_class: int, orientation: str) -> fig1.Block:
    """One task's images; the data set's name is that of its file."""
    dataset = DATASETS.get(path.stem)
    if dataset is None:
        raise ConfigError(
            f"--datasets: {path} is named as no data set; allowed: {', '.join(DATASETS)}"
        )
    if isinstance(dataset, Dataset) and dataset.in_files:
        arrays = load_npz(path, dataset.arrays)
        ordinary = some_of_class(arrays, source_class, dataset.edge_shape[0])
    else:
        arrays = load_npz(path, ("x_train", "y_train"))
        ordinary = arrays["x_train"][arrays["y_train"] == source_class]
    return fig1.make_block(
        task,
        ordinary=fig1.oriented(ordinary, dataset.stored_orientation, orientation),
        poison=load_poison(poison),
        class_names=dataset.class_names,
        source_class=source_class,
        standin=dataset.standin,
        orientation=orientation,
    )


if __name__ == "__main__":
    command.run(main)
