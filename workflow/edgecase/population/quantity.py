"""Divide at random, into parts of unequal size."""

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


@dataclass(frozen=True)
class Quantity:
    """Clients differ in size alone: random parts, as NIID-Bench's quantity skew (Li et al. 2022).

    NIID-Bench draws sizes from a Dirichlet law, again until each client has 10 samples; fedlab
    from a log-normal one.
    """

    kind: Literal["quantity"] = parameter("random parts of unequal size", default="quantity")
    sizes: Literal["dirichlet", "lognormal"] = parameter(
        "law of the clients' sizes", default="dirichlet"
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
        return Partition(generator.permutation(len(labels)), offsets_of(sizes))
