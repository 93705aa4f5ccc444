"""weak-dp: norm clipping, then Gaussian noise on the average."""

import math

import torch

from edgecase.base.errors import ConfigError
from edgecase.defenses.base import Aggregate, RoundInputs, combine, result_dtype
from edgecase.defenses.clipping import clip_factors, require_clipped
from edgecase.defenses.distances import row_norms
from edgecase.defenses.postconditions import require, require_all_accepted

#: how far ‖noise‖ / stddev may lie from √P (see check_weak_dp).
_DEVIATION = 6.0


def weak_dp(inputs: RoundInputs, *, norm_bound: float, stddev: float) -> Aggregate:
    """NDC's average plus noise N(0, stddev²) per coordinate, drawn once for the average.

    Sun et al. 2019, arXiv 1911.07963. Drawn on the generator's own device, so that the noise is the
    same wherever the updates lie.
    """
    generator = inputs.generator
    if generator is None:
        raise ConfigError("weak-dp: generator is missing; allowed: a torch.Generator")
    noise = stddev * torch.randn(
        inputs.updates.shape[1],
        generator=generator,
        device=generator.device,
        dtype=result_dtype(inputs.updates),
    )
    return combine(
        inputs,
        inputs.shares,
        clip_factors=clip_factors(inputs.norms, norm_bound),
        noise=noise.to(inputs.updates.device),
        bound=norm_bound,
    )


def check_weak_dp(
    aggregate: Aggregate, updates: torch.Tensor, *, norm_bound: float, stddev: float
) -> None:
    """The updates are clipped as by norm-clipping and ‖noise‖ is within stddev · (√P ± 6).

    ‖noise‖ / stddev is chi-distributed with P degrees of freedom: its mean lies within 0.3 below √P
    for every P, and its standard deviation is below 1 for every P and tends to √½. The norm is a
    1-Lipschitz function of independent normal numbers, so a distance of t from the mean has a
    probability of at most 2·exp(−t²/2): 6 from √P is met by chance less than once in 5 million
    rounds at any P, and is 8.5 standard deviations for a network.
    """
    require_all_accepted(aggregate)
    require_clipped(aggregate, row_norms(updates), norm_bound)
    require(aggregate.noise is not None, f"no noise was added; stddev is {stddev:g}")
    norm = row_norms(aggregate.noise[None]).item()
    root = math.sqrt(updates.shape[1])
    low, high = stddev * max(0.0, root - _DEVIATION), stddev * (root + _DEVIATION)
    require(
        low <= norm <= high,
        f"the noise has norm {norm:.6g}; with stddev {stddev:g} and P = {updates.shape[1]} it lies "
        f"between {low:.6g} and {high:.6g}",
    )
