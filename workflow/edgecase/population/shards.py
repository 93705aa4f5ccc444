"""Sort by class, cut into equal shards, and deal each client a few (McMahan et al. 2017)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter
from edgecase.population.parts import Partition, by_owner
from edgecase.population.subset import num_samples


def per_client() -> Any:
    """The parameter of that name."""
    return parameter("shards, or classes, that a client holds", minimum=1, default=2)


@dataclass(frozen=True)
class Shards:
    """The pathological division of FedAvg's paper: samples sorted by class, K · s shards of them.

    Shards differ by at most one sample, and no sample is dropped. Where no class is smaller than a
    shard, a client holds at most 2 s classes. In a class, samples are in random order.
    """

    kind: Literal["shards"] = parameter(
        "a few shards of the samples sorted by class", default="shards"
    )
    per_client: int = per_client()
    num_samples: int | None = num_samples()

    def divide(
        self, labels: np.ndarray, num_clients: int, generator: np.random.Generator
    ) -> Partition:
        """Raises `ConfigError` if there are fewer samples than shards."""
        count, shards = len(labels), num_clients * self.per_client
        if count < shards:
            raise ConfigError(
                f"partition: N = {count} samples cannot fill the {shards} shards of "
                f"K = {num_clients} clients with per_client = {self.per_client}"
            )
        shuffled = generator.permutation(count)
        in_order = shuffled[np.argsort(labels[shuffled], kind="stable")]
        holder = generator.permutation(np.repeat(np.arange(num_clients), self.per_client))
        edges = np.arange(shards + 1) * count // shards
        owner = np.empty(count, dtype=np.int64)
        owner[in_order] = np.repeat(holder, np.diff(edges))
        return by_owner(owner, num_clients, generator)
