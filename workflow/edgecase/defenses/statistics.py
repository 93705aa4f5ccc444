"""Say where the running statistics of a normalisation lie in a model's flat buffers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statistics:
    """The running mean and variance of one batch normalisation, as places in the buffers [B]."""

    mean: slice
    variance: slice
