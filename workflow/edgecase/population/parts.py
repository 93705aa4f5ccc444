"""The parts of a training set that clients hold."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


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


def offsets_of(sizes: Sequence[int] | np.ndarray) -> np.ndarray:
    """Where each client's samples begin, and the end: int64 [K + 1]."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def by_owner(owner: np.ndarray, num_clients: int, generator: np.random.Generator) -> Partition:
    """The partition in which sample i is client `owner[i]`'s, each client's in random order."""
    shuffled = generator.permutation(len(owner))
    sizes = np.bincount(owner, minlength=num_clients)
    return Partition(shuffled[np.argsort(owner[shuffled], kind="stable")], offsets_of(sizes))
