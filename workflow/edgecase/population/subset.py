"""Divide a random part of a training set instead of all of it."""

from typing import Any

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter


def num_samples() -> Any:
    """The parameter of that name."""
    return parameter(
        "random training samples that are divided; null divides all", minimum=1, default=None
    )


def drawn(pool: np.ndarray, count: int | None, generator: np.random.Generator) -> np.ndarray:
    """`count` samples of `pool` [n], in order; all, if it is None."""
    if count is None:
        return pool
    if count > len(pool):
        raise ConfigError(
            f"partition.num_samples: {count} is more than the {len(pool)} samples "
            "that clients may hold"
        )
    return np.sort(generator.choice(pool, count, replace=False))
