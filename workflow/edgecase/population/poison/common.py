"""Share what every family of edge-case sets does."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired, Protocol, TypedDict, cast

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path, require_file_name
from edgecase.base.parameters import parameter
from edgecase.datasets.arrays import load_npz, save_npz
from edgecase.population.remaining import remaining

EDGE_CASE = "edge-case"
ALMOST_EDGE_CASE = "almost-edge-case"
NORMAL_CASE = "normal-case"
CASES = (EDGE_CASE, ALMOST_EDGE_CASE, NORMAL_CASE)

#: an edge set with one split is the same under both.
PStudy = Literal["published", "matched"]


def edge_images(default: int) -> Any:
    """The parameter `edge` of a family."""
    return parameter("edge images in the poisoned set", minimum=1, default=default)


def clean_samples(default: int) -> Any:
    """The parameter `clean` of a family."""
    return parameter("random clean samples in the poisoned set", minimum=0, default=default)


def p_study(item: int | None = None) -> Any:
    """The parameter `p_study` of a family, set by the switch of that name.

    It has the `item` of its departure where the edge set has two splits.
    """
    return parameter(
        "two splits of the airline photos, or one for all three cases, with no photo in both "
        "training and test",
        default="published",
        item=item,
    )


def holders_share(case: str, default: float) -> Any:
    """The share of clients that hold edge data in `case`."""
    return parameter(
        f"share of the K clients that hold edge data in {case}", above=0, maximum=1, default=default
    )


def honest_share() -> Any:
    """The parameter `honest_fraction` of a family."""
    return parameter(
        "share of the honest edge data that the holders get; a small run lowers it with its "
        "clients' size",
        above=0,
        maximum=1,
        default=1.0,
    )


class Family(Protocol):
    """The parameters of a poisoned set and the rules of its edge samples; a frozen dataclass."""

    @property
    def clean(self) -> int: ...
    @property
    def p_study(self) -> PStudy: ...

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> "EdgeSamples":
        """The attacker's images, the honest holders' and the backdoor test set, from the arrays
        `edge` of the edge set, whose images belong to `source_class`."""


class EdgeSamples(NamedTuple):
    """Samples of one family (uint8 images [·, H, W, C] or int32 words [·, L]): the attacker's, the
    honest holders' with the client of each (int64 [h]), and the backdoor test set's. `num_clean`
    is how many clean rows are beside them, where the case decides. `other` are the test samples of
    segments with other cities in the place of the attacker's.
    """

    attacker: np.ndarray
    honest: np.ndarray
    honest_client: np.ndarray
    test: np.ndarray
    num_clean: int | None = None
    other: np.ndarray | None = None


class PoisonedData(TypedDict):
    """All edge-case data of one run.

    The attacker's poisoned set is the training samples `attacker_clean_index` (int64 [c]), then the
    samples `attacker_edge_x` (uint8 [e, H, W, C], or int32 [e, L] of lines) with the target label
    `attacker_edge_y` (int64 [e]). Client `honest_edge_client[i]` also holds the sample
    `honest_edge_x[i]` with its true label `honest_edge_y[i]`. Backdoor accuracy is the accuracy on
    `test_x` with the target label `test_y`.

    Of segments (int32 [·, 65]) a label is the last word, and backdoor accuracy the share of last
    steps that say it; `other_x` are the segments of `test_x` with another city in each.
    """

    attacker_clean_index: np.ndarray
    attacker_edge_x: np.ndarray
    attacker_edge_y: np.ndarray
    honest_edge_x: np.ndarray
    honest_edge_y: np.ndarray
    honest_edge_client: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    other_x: NotRequired[np.ndarray]


def draw_clean(
    num_train: int,
    count: int,
    exclude: np.ndarray,
    generator: np.random.Generator,
    held: np.ndarray | None = None,
) -> np.ndarray:
    """`count` training indices drawn without replacement from all but `exclude`, in drawn order.

    Where clients' samples are `held` apart, none of these either. Raises `ConfigError` for more
    than there are.
    """
    pool = remaining(num_train, exclude, *([] if held is None else [held]))
    if held is not None and count > len(pool):
        raise ConfigError(
            f"overlap: corrected gives the attacker {count} clean samples that no client "
            f"holds; there are {len(pool)}. Use a smaller partition.num_samples, or the switch "
            "`overlap: published`"
        )
    if count > len(pool):
        raise ConfigError(
            f"poison.clean: {count} is more than the {len(pool)} training samples there are"
        )
    return generator.choice(pool, count, replace=False).astype(np.int64)


def draw_edge(
    images: np.ndarray, count: int, name: str, generator: np.random.Generator
) -> np.ndarray:
    """`count` of `images` drawn without replacement, in file order."""
    if count > len(images):
        raise ConfigError(f"poison.edge: {count} is more than the {len(images)} images of `{name}`")
    return images[np.sort(generator.choice(len(images), count, replace=False))]


def num_holders(share: float, num_clients: int) -> int:
    """How many clients, 0 to h - 1, hold edge data honestly: the share, rounded, at least one."""
    return max(1, round(share * num_clients))


def num_shared(fraction: float, available: int, holders: int, key: str, what: str) -> int:
    """How many of the `available` units the holders share: the fraction, at least one for each.

    Raises `ConfigError`, naming `key`, if there are fewer units (`what` they are) than holders.
    """
    if holders > available:
        raise ConfigError(
            f"poison.{key}: gives {holders} clients edge data, but only {available} {what} exist"
        )
    return max(holders, round(fraction * available))


def share_out(count: int, holders: int) -> np.ndarray:
    """The holder (int64 [count]) of each of `count` units, by `np.array_split` as in the paper."""
    parts = np.array_split(np.arange(count), holders)
    return np.repeat(np.arange(holders), [len(part) for part in parts])


def no_honest(like: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The honest images and their clients when no honest client holds edge data."""
    return like[:0], np.empty(0, dtype=np.int64)


def summary(data: PoisonedData, labels: np.ndarray) -> list[tuple[str, int | str, int, int]]:
    """Rows (role, client, class, count); the client is -1 for the attacker, empty for the test."""
    rows: list[tuple[str, int | str, int, int]] = []

    def add(role: str, client: int | str, classes: np.ndarray) -> None:
        values, counts = np.unique(classes, return_counts=True)
        rows.extend((role, client, int(v), int(n)) for v, n in zip(values, counts, strict=True))

    add("attacker-clean", -1, labels[data["attacker_clean_index"]])
    add("attacker-edge", -1, data["attacker_edge_y"])
    for client in np.unique(data["honest_edge_client"]):
        add("honest-edge", int(client), data["honest_edge_y"][data["honest_edge_client"] == client])
    add("backdoor-test", "", data["test_y"])
    return rows


def save_poison(path: str | Path, data: PoisonedData, labels: np.ndarray) -> None:
    """Write `data` to the npz `path` and its `summary` to the CSV beside it.

    `labels` [N] are those of the training set.
    """
    require_file_name(path)
    with (
        atomic_path(Path(path).with_suffix(".csv")) as temporary,
        temporary.open("w", newline="") as handle,
    ):
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["role", "client", "class", "count"])
        writer.writerows(summary(data, labels))
    save_npz(path, cast(dict[str, np.ndarray], data))


def check_words(path: str | Path, data: PoisonedData, words: int) -> None:
    """Raise `DataError`, naming the file, if its text numbers words outside a list of `words`."""
    for name in ("attacker_edge_x", "honest_edge_x", "test_x", "other_x"):
        largest = data[name].max(initial=0) if name in data else 0
        if largest > words:
            raise DataError(
                f"{path}: {name} numbers word {largest}, but the data set has {words}; "
                "it was drawn for another data set"
            )


def load_poison(path: str | Path) -> PoisonedData:
    """Read what `save_poison` wrote; `DataError`, naming the file, if it is not that."""
    optional = PoisonedData.__optional_keys__
    required = [name for name in PoisonedData.__annotations__ if name not in optional]
    data = cast(PoisonedData, load_npz(path, required, optional))
    for group in (
        ("attacker_edge_x", "attacker_edge_y"),
        ("honest_edge_x", "honest_edge_y", "honest_edge_client"),
        ("test_x", "test_y"),
    ):
        images, *labels = (data[name] for name in group)
        if (images.dtype, images.ndim) not in ((np.uint8, 4), (np.int32, 2)):
            raise DataError(
                f"{path}: {group[0]} holds no uint8 images [n, H, W, C] and no int32 lines [n, L]"
            )
        for name, array in zip(group[1:], labels, strict=True):
            if array.dtype != np.int64 or array.shape != (len(images),) or (array < 0).any():
                raise DataError(f"{path}: {name} is not one whole number per sample of {group[0]}")
    clean = data["attacker_clean_index"]
    if clean.dtype != np.int64 or clean.ndim != 1 or (clean < 0).any():
        raise DataError(f"{path}: attacker_clean_index does not number training samples")
    if "other_x" in data and data["other_x"].shape != data["test_x"].shape:
        raise DataError(f"{path}: other_x is not shaped as test_x")
    if not len(data["test_y"]):
        raise DataError(f"{path}: its backdoor test set is empty")
    return data
