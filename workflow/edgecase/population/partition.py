"""Divide the training samples among the clients."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path, require_file_name
from edgecase.base.names import unknown_name
from edgecase.base.parameters import parameters as declared
from edgecase.base.parameters import problems as parameter_problems
from edgecase.base.parameters import read
from edgecase.datasets.arrays import load_npz, save_npz
from edgecase.population.classes import Classes
from edgecase.population.dirichlet import Dirichlet
from edgecase.population.iid import Iid
from edgecase.population.mixture import Mixture
from edgecase.population.natural import Natural, natural
from edgecase.population.parts import Partition
from edgecase.population.quantity import Quantity
from edgecase.population.remaining import remaining
from edgecase.population.shards import Shards
from edgecase.population.skew import counted, skew
from edgecase.population.subset import drawn

Kind = Dirichlet | Iid | Mixture | Shards | Classes | Quantity | Natural
#: kind → its parameters; the defaults are the paper's.
KINDS: dict[str, type[Kind]] = {
    "dirichlet": Dirichlet,
    "iid": Iid,
    "mixture": Mixture,
    "shards": Shards,
    "classes": Classes,
    "quantity": Quantity,
    "natural": Natural,
}
#: the kinds that ask for the classes of the samples.
BY_CLASS = ("dirichlet", "mixture", "shards", "classes")


def partition(
    labels: np.ndarray,
    num_clients: int,
    parameters: Kind,
    generator: np.random.Generator,
    exclude: Sequence[int] = (),
    owners: np.ndarray | None = None,
) -> Partition:
    """Divide a training set with `labels` [N] among `num_clients` clients.

    The samples in `exclude` go to nobody. With `num_samples` in `parameters`, a uniformly random
    subset of that size is drawn first and only it is divided: the way a small configuration uses a
    part of the data. Every remaining sample belongs to exactly one client, unless clients are
    authors: `owners` [N] says whose each sample is. Raises `ConfigError` for parameters that the
    data cannot meet.
    """
    labels = np.asarray(labels)
    pool = remaining(len(labels), np.asarray(exclude, dtype=np.int64))
    if isinstance(parameters, Natural):
        if owners is None:
            raise ConfigError(
                "partition.kind: 'natural' needs a data set whose samples have authors"
            )
        rows, offsets = natural(owners[pool], num_clients, parameters.min_author_samples, generator)
        return Partition(pool[rows], offsets)
    pool = drawn(pool, parameters.num_samples, generator)
    if len(pool) == len(labels):
        del pool  # 0 … N − 1; of twenty million samples that is 160 MB, and so is a copy of labels
        return parameters.divide(labels, num_clients, generator)
    positions, offsets = parameters.divide(labels[pool], num_clients, generator)
    return Partition(pool[positions], offsets)


def save_partition(path: str | Path, clients: Partition, labels: np.ndarray | None) -> None:
    """Write `clients` to the npz `path`, the count of each class to the CSV beside it, and the
    measures of its skew to the JSON beside both.

    Where samples have no classes, `labels` is None, and samples alone are counted.
    """
    require_file_name(path)
    num_classes = 0 if labels is None else int(labels.max()) + 1
    with (
        atomic_path(Path(path).with_suffix(".csv")) as temporary,
        temporary.open("w", newline="") as handle,
    ):
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["client", *(f"class_{c}" for c in range(num_classes)), "total"])
        for first, sizes, counts in counted(clients, labels):
            numbers = first + np.arange(len(sizes))
            writer.writerows(np.column_stack([numbers, counts, sizes]).tolist())
    with atomic_path(Path(path).with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(skew(clients, labels), indent=1) + "\n", encoding="utf-8")
    save_npz(path, clients._asdict())


def load_partition(path: str | Path) -> Partition:
    """Read what `save_partition` wrote; `DataError`, naming the file, if it is not that."""
    clients = Partition(**load_npz(path, Partition._fields))
    index, offsets = clients
    if (
        index.dtype != np.int64
        or offsets.dtype != np.int64
        or index.ndim != 1
        or offsets.ndim != 1
        or offsets.size < 2
        or offsets[0] != 0
        or offsets[-1] != len(index)
        or np.any(np.diff(offsets) < 1)
    ):
        raise DataError(f"{path}: its offsets do not give each client a part of its indices")
    ordered = np.sort(index)
    if ordered[0] < 0 or np.any(ordered[1:] == ordered[:-1]):
        raise DataError(f"{path}: a sample index is negative or belongs to two clients")
    return clients


def problems(parameters: Mapping) -> list[str]:
    """What is wrong with the parameters of a partition, one line for each key; empty if nothing."""
    kind = parameters.get("kind", "dirichlet")
    if problem := unknown_name(kind, KINDS):
        return [f"kind: {problem}"]
    return parameter_problems(KINDS[kind], parameters)


def read_parameters(parameters: Mapping) -> Kind:
    """The typed parameters of a partition; `ConfigError` with every problem of them."""
    if found := problems(parameters):
        raise ConfigError([f"partition.{problem}" for problem in found])
    return read(KINDS[parameters.get("kind", "dirichlet")], parameters)


def of_its_kind(parameters: Mapping) -> dict:
    """`parameters` less those of another kind, which merging an override leaves behind."""
    kind = parameters.get("kind", "dirichlet")
    if kind not in KINDS:
        return dict(parameters)
    own = declared(KINDS[kind])
    others = {name for group in KINDS.values() for name in declared(group)}
    return {key: value for key, value in parameters.items() if key in own or key not in others}
