"""Divide the training samples among the clients."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path, require_file_name
from edgecase.base.names import unknown_name
from edgecase.base.parameters import parameter, read
from edgecase.base.parameters import parameters as declared
from edgecase.base.parameters import problems as parameter_problems
from edgecase.datasets.arrays import load_npz, save_npz
from edgecase.population.natural import Natural, natural
from edgecase.population.remaining import remaining

#: clients whose rows of the summary are counted at once.
_WRITTEN_AT_ONCE = 4096


@dataclass(frozen=True)
class Dirichlet:
    """The paper's division: a client's shares of the classes are drawn from a Dirichlet law."""

    kind: Literal["dirichlet"] = parameter("the paper's division", default="dirichlet")
    alpha: float = parameter(
        "concentration; a small one gives clients few classes", above=0, default=0.5
    )
    min_samples: int = parameter(
        "the division is drawn again until each client has as many", minimum=1, default=10
    )
    max_redraws: int = parameter(
        "draws again at most so often, then ends with an error", minimum=0, default=100
    )
    num_samples: int | None = parameter(
        "random training samples that are divided; null divides all", minimum=1, default=None
    )


@dataclass(frozen=True)
class Iid:
    """Random parts of equal size."""

    kind: Literal["iid"] = parameter("equal random parts", default="iid")
    num_samples: int | None = parameter(
        "random training samples that are divided; null divides all", minimum=1, default=None
    )


Kind = Dirichlet | Iid | Natural
#: kind → its parameters; the defaults are the paper's.
KINDS: dict[str, type[Kind]] = {"dirichlet": Dirichlet, "iid": Iid, "natural": Natural}


class Partition(NamedTuple):
    """The samples of every client, one client after the other.

    `index` int64 [n] numbers the samples in the training set; client k holds
    `index[offsets[k]:offsets[k + 1]]`, with `offsets` int64 [K + 1].
    """

    index: np.ndarray
    offsets: np.ndarray

    def client(self, k: int) -> np.ndarray:
        """The sample indices of client k, in the client's own order."""
        return self.index[self.offsets[k] : self.offsets[k + 1]]


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
    num_samples = parameters.num_samples
    if num_samples is not None:
        if num_samples > len(pool):
            raise ConfigError(
                f"partition.num_samples: {num_samples} is more than the {len(pool)} samples "
                "that clients may hold"
            )
        pool = np.sort(generator.choice(pool, num_samples, replace=False))

    if isinstance(parameters, Iid):
        positions, offsets = iid(len(pool), num_clients, generator)
    else:
        positions, offsets = dirichlet(
            labels[pool],
            num_clients,
            parameters.alpha,
            parameters.min_samples,
            generator,
            parameters.max_redraws,
        )
    # Of all samples a place in the pool is a number already, and twenty million are 160 MB.
    whole = len(pool) == len(labels)
    return Partition(positions if whole else pool[positions], offsets)


def iid(count: int, num_clients: int, generator: np.random.Generator) -> Partition:
    """A uniformly random division of `count` samples into parts whose sizes differ by at most one.

    Raises `ConfigError` if there are fewer samples than clients.
    """
    if count < num_clients:
        raise ConfigError(
            f"partition: {count} samples cannot give each of {num_clients} clients one"
        )
    sizes = np.full(num_clients, count // num_clients)
    sizes[: count % num_clients] += 1
    return Partition(generator.permutation(count), _offsets(sizes))


def dirichlet(
    labels: np.ndarray,
    num_clients: int,
    alpha: float,
    min_samples: int,
    generator: np.random.Generator,
    max_redraws: int = 100,
) -> Partition:
    """The paper's non-i.i.d. division of `labels` [N] (released code, `hetero-dir`).

    Class after class, the clients' shares of the class are drawn from a symmetric
    Dirichlet(`alpha`); a client that already holds N/K samples or more gets share 0 and the others'
    shares are scaled to sum to 1; the shuffled samples of the class are cut at the rounded-down
    cumulative shares (what rounding leaves over goes to the last client). The division is drawn
    again until every client holds at least `min_samples`; then each client's samples are shuffled.

    Raises `ConfigError`, naming K, N, the minimum and the number of draws, if `max_redraws` further
    draws do not help or no division can.
    """
    labels = np.asarray(labels)
    draws = max_redraws + 1 if num_clients * min_samples <= len(labels) else 0
    classes = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    for _ in range(draws):
        owner = _draw_owners(classes, num_clients, alpha, generator)
        if owner is None:
            continue
        sizes = np.bincount(owner, minlength=num_clients)
        if sizes.min() >= min_samples:
            shuffled = generator.permutation(len(labels))
            by_client = np.argsort(owner[shuffled], kind="stable")
            return Partition(shuffled[by_client], _offsets(sizes))
    raise ConfigError(
        f"partition: no Dirichlet({alpha:g}) division of N = {len(labels)} samples among "
        f"K = {num_clients} clients gives every client min_samples = {min_samples} "
        f"({draws} draws); use fewer clients, more samples, a larger alpha or a smaller minimum"
    )


def _draw_owners(
    classes: list[np.ndarray], num_clients: int, alpha: float, generator: np.random.Generator
) -> np.ndarray | None:
    """One draw: the client of every sample, or None if no client is left to take a class."""
    total = sum(len(samples) for samples in classes)
    owner = np.empty(total, dtype=np.int64)
    sizes = np.zeros(num_clients, dtype=np.int64)
    for samples in classes:
        shuffled = generator.permutation(samples)
        shares = generator.dirichlet(np.full(num_clients, alpha))
        shares[sizes >= total / num_clients] = 0.0
        # A tiny alpha puts a whole class on one client (or underflows); that client may be full.
        if not shares.sum() > 0:
            return None
        cuts = (np.cumsum(shares / shares.sum()) * len(samples)).astype(np.int64)[:-1]
        counts = np.diff(cuts, prepend=0, append=len(samples))
        owner[shuffled] = np.repeat(np.arange(num_clients), counts)
        sizes += counts
    return owner


def _offsets(sizes: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def save_partition(path: str | Path, clients: Partition, labels: np.ndarray | None) -> None:
    """Write `clients` to the npz `path` and the count of each class to the CSV beside it.

    Where samples have no classes, `labels` is None and the CSV counts the samples alone.
    """
    require_file_name(path)
    num_classes = 0 if labels is None else int(labels.max()) + 1
    with (
        atomic_path(Path(path).with_suffix(".csv")) as temporary,
        temporary.open("w", newline="") as handle,
    ):
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["client", *(f"class_{c}" for c in range(num_classes)), "total"])
        for first in range(0, len(clients.offsets) - 1, _WRITTEN_AT_ONCE):
            writer.writerows(_counted(clients, labels, num_classes, first))
    save_npz(path, clients._asdict())


def _counted(
    clients: Partition, labels: np.ndarray | None, num_classes: int, first: int
) -> list[list[int]]:
    """Rows of the CSV for some clients from `first` on."""
    offsets = clients.offsets[first : first + _WRITTEN_AT_ONCE + 1]
    sizes = np.diff(offsets)
    columns = [np.arange(first, first + len(sizes))[:, None], sizes[:, None]]
    if labels is not None:
        place = np.repeat(np.arange(len(sizes)), sizes)
        own = labels[clients.index[offsets[0] : offsets[-1]]]
        found = np.bincount(place * num_classes + own, minlength=len(sizes) * num_classes)
        columns.insert(1, found.reshape(len(sizes), num_classes))
    return np.hstack(columns).tolist()


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
