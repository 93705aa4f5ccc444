"""Measure how unequal the clients' parts are."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from edgecase.population.parts import Partition

#: clients that are counted at once.
_AT_ONCE = 4096


class Counted(NamedTuple):
    """Some clients, from number `first` on: their sizes [k] and, of each class, counts [k, C]."""

    first: int
    sizes: np.ndarray
    counts: np.ndarray


def counted(clients: Partition, labels: np.ndarray | None) -> Iterator[Counted]:
    """The clients in order, some at a time; C is 0 where samples have no `labels` [N]."""
    num_classes = 0 if labels is None else int(labels.max()) + 1
    for first in range(0, len(clients.offsets) - 1, _AT_ONCE):
        offsets = clients.offsets[first : first + _AT_ONCE + 1]
        sizes = np.diff(offsets)
        counts = np.empty((len(sizes), 0), dtype=np.int64)
        if labels is not None:
            place = np.repeat(np.arange(len(sizes)), sizes)
            own = labels[clients.index[offsets[0] : offsets[-1]]]
            flat = np.bincount(place * num_classes + own, minlength=len(sizes) * num_classes)
            counts = flat.reshape(len(sizes), num_classes)
        yield Counted(first, sizes, counts)


def skew(clients: Partition, labels: np.ndarray | None) -> dict[str, float | int | None]:
    """Measures of a partition; those of classes only with `labels` [N].

    clients, samples: K and n. smallest, median, largest: clients' sizes. classes: how many a client
    holds, mean. largest_class: share of a client's samples that its largest class has, mean.
    chi2_per_df: Σ (O − E)² / E over the table [K, C] of counts O, by its (K − 1)(C − 1) degrees of
    freedom, with E = n_k n_c / n; 1 of a random division, 0 of equal parts, None where K or C is 1.

    >>> two = Partition(np.arange(8), np.array([0, 4, 8]))
    >>> skew(two, np.array([0, 0, 0, 1, 1, 1, 1, 0]))["chi2_per_df"]  # 4 · (3 − 2)² / 2
    2.0
    """
    sizes = np.diff(clients.offsets)
    found: dict[str, float | int | None] = {
        "clients": len(sizes),
        "samples": len(clients.index),
        "smallest": int(sizes.min()),
        "median": float(np.median(sizes)),
        "largest": int(sizes.max()),
    }
    if labels is None:
        return found
    totals = np.bincount(labels[clients.index])
    held, largest, squares = 0, 0.0, 0.0
    occurring = np.flatnonzero(totals)
    for part in counted(clients, labels):
        counts = part.counts[:, occurring]
        held += int(np.count_nonzero(counts))
        largest += float((counts.max(1) / part.sizes).sum())
        squares += float((counts**2 / totals[occurring] / part.sizes[:, None]).sum())
    freedom = (len(sizes) - 1) * (len(occurring) - 1)
    chi2 = len(clients.index) * (squares - 1)
    return found | {
        "classes": held / len(sizes),
        "largest_class": largest / len(sizes),
        "chi2_per_df": chi2 / freedom if freedom else None,
    }
