"""Draw each client's own mixture of the classes (Hsu, Qi and Brown 2019)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.parameters import parameter
from edgecase.population.parts import Partition, offsets_of
from edgecase.population.sizes import (
    Sizes,
    max_redraws,
    min_samples,
    size_concentration,
    size_deviation,
)
from edgecase.population.subset import num_samples

#: numbers of a table [samples, classes] that are drawn at once.
_DRAWN_AT_ONCE = 2**22


@dataclass(frozen=True)
class Mixture:
    """Client k draws its samples' classes from q_k ~ Dirichlet(α · p), at a size that is given.

    p are the classes' frequencies (Hsu, Qi and Brown 2019, arXiv:1909.06335, from memory) or 1 for
    each class, as in google-research, pfl-research and flwr; equal classes in `flat` with α are
    `data` with C · α. All clients fill up together, one sample at a time, in random order, so that
    none is left with what the others leave over. A class that runs out leaves all mixtures; a
    client whose mixture is empty takes classes in proportion to what is left of them.
    """

    kind: Literal["mixture"] = parameter(
        "each client draws its own mixture of the classes", default="mixture"
    )
    alpha: float = parameter(
        "concentration; a small one gives clients few classes", above=0, default=0.5
    )
    prior: Literal["data", "flat"] = parameter(
        "mean mixture: the classes' frequencies, which share `alpha`, or `alpha` for each class",
        default="data",
    )
    sizes: Literal["equal", "dirichlet", "lognormal"] = parameter(
        "law of the clients' sizes", default="equal"
    )
    size_concentration: float = size_concentration()
    size_deviation: float = size_deviation()
    min_samples: int = min_samples()
    max_redraws: int = max_redraws()
    num_samples: int | None = num_samples()

    def divide(
        self, labels: np.ndarray, num_clients: int, generator: np.random.Generator
    ) -> Partition:
        sizes = Sizes.of(self).draw(len(labels), num_clients, generator)
        _, kinds, counts = np.unique(labels, return_inverse=True, return_counts=True)
        prior = counts / counts.sum() if self.prior == "data" else np.ones(len(counts))
        mixtures = generator.dirichlet(self.alpha * prior, size=num_clients)
        slots = generator.permutation(np.repeat(np.arange(num_clients), sizes))
        drawn = _classes_of(slots, mixtures, counts, generator)
        # The i-th slot of a class takes the i-th of its shuffled samples.
        shuffled = generator.permutation(len(labels))
        of_class = shuffled[np.argsort(kinds[shuffled], kind="stable")]
        samples = np.empty(len(labels), dtype=np.int64)
        samples[np.argsort(drawn, kind="stable")] = of_class
        return Partition(samples[np.argsort(slots, kind="stable")], offsets_of(sizes))


def _classes_of(
    slots: np.ndarray, mixtures: np.ndarray, counts: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """The class of the sample that fills each of the clients' `slots` [N], in order: int64 [N].

    Drawn from the client's row of `mixtures` [K, C] over the classes that still have some of their
    `counts` [C].
    """
    left, found = counts.copy(), np.empty(len(slots), dtype=np.int64)
    piece, done = max(1, _DRAWN_AT_ONCE // len(counts)), 0
    while done < len(slots):
        clients = slots[done : done + piece]
        weights = np.where(left > 0, mixtures[clients], 0.0)
        empty = ~(weights.sum(1) > 0)
        weights[empty] = left
        ends = np.cumsum(weights, axis=1)
        # Below the last end, whatever the rounding; a class without weight is never hit.
        marks = generator.random(len(clients)) * ends[:, -1]
        chosen = np.minimum((ends <= marks[:, None]).sum(1), len(counts) - 1)
        chosen = np.where(left[chosen] > 0, chosen, left.argmax())
        kept = _until_one_runs_out(chosen, left)
        found[done : done + kept] = chosen[:kept]
        left -= np.bincount(chosen[:kept], minlength=len(left))
        done += kept
    return found


def _until_one_runs_out(chosen: np.ndarray, left: np.ndarray) -> int:
    """How many of the `chosen` classes can be taken up to the last sample of one of them."""
    taken = np.bincount(chosen, minlength=len(left))
    first = len(chosen)
    for number in np.flatnonzero((taken >= left) & (left > 0)):
        first = min(first, int(np.flatnonzero(chosen == number)[left[number] - 1]) + 1)
    return first
