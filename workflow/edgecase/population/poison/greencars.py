"""Green cars of CIFAR-10, labelled bird (Bagdasaryan et al. 2020; `poison_type howto`).

The cars are training images: their indices are excluded from the honest clients and from the clean
rows, so the attacker alone holds them.
"""

from collections.abc import Mapping

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.population.poison.common import (
    COUNT,
    EDGE_CASE,
    P_STUDY,
    POSITIVE_COUNT,
    EdgeSamples,
    draw_edge,
    no_honest,
)

PARAMETERS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "edge": POSITIVE_COUNT | {"default": 27},
        "clean": COUNT | {"default": 473},
        "p_study": P_STUDY,
    },
}


def edge_samples(
    edge: Mapping[str, np.ndarray],
    source_class: int,
    case: str,
    num_clients: int,
    parameters: Mapping,
    generator: np.random.Generator,
) -> EdgeSamples:
    """Draw the attacker's cars; `ConfigError` for any case but edge-case."""
    if case != EDGE_CASE:
        raise ConfigError(
            f"case: '{case}' does not exist for green cars, which no honest client holds; "
            f"allowed: {EDGE_CASE}"
        )
    honest, clients = no_honest(edge["train"])
    attacker = draw_edge(edge["train"], parameters["edge"], "train", generator)
    return EdgeSamples(attacker, honest, clients, edge["test"])
