"""Divide samples evenly and at random."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter
from edgecase.population.parts import Partition, offsets_of
from edgecase.population.subset import num_samples


@dataclass(frozen=True)
class Iid:
    """Random parts of equal size."""

    kind: Literal["iid"] = parameter("equal random parts", default="iid")
    num_samples: int | None = num_samples()

    def divide(
        self, labels: np.ndarray, num_clients: int, generator: np.random.Generator
    ) -> Partition:
        return iid(len(labels), num_clients, generator)


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
    return Partition(generator.permutation(count), offsets_of(sizes))
