"""Divide each class among the clients by Dirichlet shares: the paper's rule, and its relatives."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter
from edgecase.population.parts import Partition, by_owner
from edgecase.population.sizes import max_redraws, min_samples
from edgecase.population.subset import num_samples


@dataclass(frozen=True)
class Dirichlet:
    """The paper's division: a client's shares of the classes are drawn from a Dirichlet law.

    With K clients and m samples of each class, χ²/df of the table of clients and classes is about
    (m / K) / `alpha`, where a random division has 1: above `alpha` = m / K it is more even than
    that.
    """

    kind: Literal["dirichlet"] = parameter("the paper's division", default="dirichlet")
    alpha: float = parameter(
        "concentration; a small one gives clients few classes", above=0, default=0.5
    )
    min_samples: int = min_samples()
    max_redraws: int = max_redraws()
    num_samples: int | None = num_samples()
    size_cap: bool = parameter(
        "a client that holds N/K samples gets no more of the next classes (as published), or it "
        "goes on getting its shares (as in flwr, byzfl and FLPoison)",
        default=True,
    )
    spare: Literal["last", "spread"] = parameter(
        "what rounding leaves over of a class goes to the last client (as published), or to "
        "clients at random",
        default="last",
    )

    def divide(
        self, labels: np.ndarray, num_clients: int, generator: np.random.Generator
    ) -> Partition:
        return dirichlet(
            *(labels, num_clients, self.alpha, self.min_samples, generator, self.max_redraws),
            size_cap=self.size_cap,
            spread=self.spare == "spread",
        )


def dirichlet(
    labels: np.ndarray,
    num_clients: int,
    alpha: float,
    min_samples: int,
    generator: np.random.Generator,
    max_redraws: int = 100,
    *,
    size_cap: bool = True,
    spread: bool = False,
) -> Partition:
    """The paper's non-i.i.d. division of `labels` [N] (released code, `hetero-dir`).

    Class after class, the clients' shares of the class are drawn from a symmetric
    Dirichlet(`alpha`); with `size_cap`, a client that already holds N/K samples or more gets share
    0 and the others' shares are scaled to sum to 1; the shuffled samples of the class are cut as
    `cut` says. The division is drawn again until every client holds at least `min_samples`; then
    each client's samples are shuffled.

    Raises `ConfigError`, naming K, N, the minimum and the number of draws, if `max_redraws` further
    draws do not help or no division can.
    """
    labels = np.asarray(labels)
    draws = max_redraws + 1 if num_clients * min_samples <= len(labels) else 0
    classes = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    best = 0
    for _ in range(draws):
        owner = _draw_owners(classes, num_clients, alpha, generator, size_cap, spread)
        if owner is None:
            continue
        smallest = int(np.bincount(owner, minlength=num_clients).min())
        if smallest >= min_samples:
            return by_owner(owner, num_clients, generator)
        best = max(best, smallest)
    raise ConfigError(
        f"partition: no Dirichlet({alpha:g}) division of N = {len(labels)} samples in "
        f"C = {len(classes)} classes among K = {num_clients} clients gives every client "
        f"min_samples = {min_samples} ({draws} draws); in the best one a client has {best}; use "
        "fewer clients, more samples, a larger alpha or a smaller minimum"
    )


def _draw_owners(
    classes: list[np.ndarray],
    num_clients: int,
    alpha: float,
    generator: np.random.Generator,
    size_cap: bool,
    spread: bool,
) -> np.ndarray | None:
    """One draw: the client of every sample, or None if no client is left to take a class."""
    total = sum(len(samples) for samples in classes)
    owner = np.empty(total, dtype=np.int64)
    sizes = np.zeros(num_clients, dtype=np.int64)
    for samples in classes:
        shuffled = generator.permutation(samples)
        shares = generator.dirichlet(np.full(num_clients, alpha))
        if size_cap:
            shares[sizes >= total / num_clients] = 0.0
        # A tiny alpha puts a whole class on one client (or underflows); that client may be full.
        if not shares.sum() > 0:
            return None
        counts = cut(shares, len(samples), generator.random() if spread else 0.0)
        owner[shuffled] = np.repeat(np.arange(num_clients), counts)
        sizes += counts
    return owner


def cut(shares: np.ndarray, count: int, shift: float = 0.0) -> np.ndarray:
    """How many of `count` samples each of K clients gets by its share: int64 [K].

    Client k's end at ⌊c_k · count + `shift`⌋, where c_k is the sum of the shares up to its own.
    Without a shift the first client gets half a sample too few in the mean, and the last one half
    of one too many; a shift uniform in [0, 1) favours nobody.
    """
    ends = (np.cumsum(shares / shares.sum()) * count + shift).astype(np.int64)[:-1]
    return np.diff(np.minimum(ends, count), prepend=0, append=count)
