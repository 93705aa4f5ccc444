"""Green cars of CIFAR-10, labelled bird (Bagdasaryan et al. 2020; `poison_type howto`).

The cars are training images: their indices are excluded from the honest clients and from the clean
rows, so the attacker alone holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.population.poison.common import (
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    clean_samples,
    draw_edge,
    edge_images,
    no_honest,
    p_study,
)


@dataclass(frozen=True)
class GreenCars:
    """The rules of the green cars."""

    edge: int = edge_images(default=27)
    clean: int = clean_samples(default=473)
    p_study: PStudy = p_study()

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Draw the attacker's cars; `ConfigError` for any case but edge-case."""
        if case != EDGE_CASE:
            raise ConfigError(
                f"case: '{case}' does not exist for green cars, which no honest client holds; "
                f"allowed: {EDGE_CASE}"
            )
        honest, clients = no_honest(edge["train"])
        attacker = draw_edge(edge["train"], self.edge, "train", generator)
        return EdgeSamples(attacker, honest, clients, edge["test"])
