"""Give each client samples of a fixed number of classes (NIID-Bench, Li et al. 2022)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter
from edgecase.population.parts import Partition, by_owner
from edgecase.population.shards import per_client
from edgecase.population.subset import num_samples


@dataclass(frozen=True)
class Classes:
    """NIID-Bench's "#C = k": a client holds k classes, and a class is split evenly by its holders.

    NIID-Bench gives client i class i mod C and k − 1 others at random, so that one class may have
    many holders and others few; `balanced` deals holders evenly.
    """

    kind: Literal["classes"] = parameter("samples of a few whole classes", default="classes")
    per_client: int = per_client()
    assignment: Literal["balanced", "first-then-random"] = parameter(
        "a random arrangement in which classes have equally many holders, or one more; or client i "
        "holds class i modulo their number and others at random",
        default="balanced",
    )
    num_samples: int | None = num_samples()

    def divide(
        self, labels: np.ndarray, num_clients: int, generator: np.random.Generator
    ) -> Partition:
        """Raises `ConfigError` if a class has no holder, or fewer samples than holders."""
        names, kinds, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if self.per_client > len(names):
            raise ConfigError(
                f"partition.per_client: {self.per_client} is more than the {len(names)} classes"
            )
        deal = _balanced if self.assignment == "balanced" else _first_then_random
        held = deal(num_clients, len(names), self.per_client, generator)
        holders = held.sum(0)
        for name, count, number in zip(names, counts, holders, strict=True):
            if not number:
                raise ConfigError(
                    f"partition: nobody holds class {name}: K = {num_clients} clients with "
                    f"per_client = {self.per_client} of {len(names)} classes; use more of either"
                )
            if number > count:
                raise ConfigError(
                    f"partition: class {name} has {count} samples for {number} holders; use fewer "
                    "clients or a smaller per_client"
                )
        owner = np.empty(len(labels), dtype=np.int64)
        for number, count in enumerate(counts):
            samples = generator.permutation(np.flatnonzero(kinds == number))
            clients = generator.permutation(np.flatnonzero(held[:, number]))
            # Of 7 samples for 3 holders, 3, 2 and 2.
            owner[samples] = clients[np.arange(count) % len(clients)]
        return by_owner(owner, num_clients, generator)


def _balanced(
    num_clients: int, num_classes: int, per_client: int, generator: np.random.Generator
) -> np.ndarray:
    """Which client holds which class, bool [K, C], with holders per class that differ by ≤ 1.

    Client after client takes the classes with the most holders left to find, ties at random: the
    quotas then never differ by more than one, and every client finds so many that are left.
    """
    quota, more = divmod(num_clients * per_client, num_classes)
    left = np.full(num_classes, quota)
    left[generator.choice(num_classes, more, replace=False)] += 1
    held = np.zeros((num_clients, num_classes), dtype=bool)
    for client in generator.permutation(num_clients):
        order = np.lexsort((generator.random(num_classes), -left))[:per_client]
        held[client, order] = True
        left[order] -= 1
    return held


def _first_then_random(
    num_clients: int, num_classes: int, per_client: int, generator: np.random.Generator
) -> np.ndarray:
    held = np.zeros((num_clients, num_classes), dtype=bool)
    for client in range(num_clients):
        first = client % num_classes
        others = np.delete(np.arange(num_classes), first)
        held[client, first] = True
        held[client, generator.choice(others, per_client - 1, replace=False)] = True
    return held
