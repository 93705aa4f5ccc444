"""Draw the training samples that a server withholds from the clients, to train on them itself."""

from collections.abc import Mapping

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator
from edgecase.population.partition import Partition
from edgecase.population.poison import PoisonedData


def root_sets(
    labels: np.ndarray,
    partitions: Mapping[int, Partition],
    poisons: Mapping[int, PoisonedData],
    count: int,
) -> list[np.ndarray]:
    """The root set of each seed; none for a rule that asks for no samples."""
    if count == 0:
        return []
    return [
        root_rows(labels, held, poisons[seed], count, seed) for seed, held in partitions.items()
    ]


def root_rows(
    labels: np.ndarray, partition: Partition, poison: PoisonedData, count: int, seed: int
) -> np.ndarray:
    """`count` rows of the training set that the server withholds from the clients: int64 [count].

    As many of each class as there are, or one more of some; none that an attacker holds, and no
    client loses its last. Raises `DataError` if there are not so many.
    """
    holder = np.full(len(labels), -1)
    holder[partition.index] = np.repeat(
        np.arange(len(partition.offsets) - 1), np.diff(partition.offsets)
    )
    left = np.diff(partition.offsets)
    free = np.ones(len(labels), dtype=bool)
    free[poison["attacker_clean_index"]] = False
    chosen: list[int] = []
    for row in _class_after_class(labels, numpy_generator(seed, "root")):
        if len(chosen) == count:
            break
        client = holder[row]
        if free[row] and (client < 0 or left[client] > 1):
            chosen.append(row)
            if client >= 0:
                left[client] -= 1
    if len(chosen) < count:
        raise DataError(
            f"a root set of {count} samples: {len(chosen)} can be withheld from the clients"
        )
    return np.array(chosen, dtype=np.int64)


def _class_after_class(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Every row, in an order that has one of each class, then the next of each, and so on."""
    order = generator.permutation(len(labels))
    place = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        members = labels[order] == label
        place[members] = np.arange(members.sum())
    return order[np.argsort(place, kind="stable")]
