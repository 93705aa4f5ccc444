"""weak-dp: norm clipping, then Gaussian noise on the average."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edgecase.base.errors import SimulationError
from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.clipping import NormClipping
from edgecase.defenses.contract import (
    GENERATOR,
    Aggregate,
    RoundInputs,
    Rule,
    combine,
    needed,
    result_dtype,
)
from edgecase.defenses.distances import clip_factors, row_norms
from edgecase.defenses.postconditions import require, require_all_accepted, require_clipped
from edgecase.defenses.registry import register

#: how far ‖noise‖ / stddev may lie from √P (see `WeakDp.check`).
_DEVIATION = 6.0
#: coordinates whose noise is drawn at once.
_PIECE = 2**20


@register("weak-dp", label="weak DP", place=4)
@dataclass(frozen=True)
class WeakDp(Rule):
    """NDC's average plus noise N(0, stddev²) per coordinate, drawn once for the average.

    Sun et al. 2019, arXiv 1911.07963. Drawn on the generator's own device, so that the noise is the
    same wherever the updates lie.
    """

    sparse = True
    one_by_one = True

    norm_bound: float = parameter("largest l2 norm of an update", above=0)
    stddev: float = parameter("standard deviation of the noise per coordinate", minimum=0)

    def split_noise(self) -> tuple[Rule, float]:
        return NormClipping(self.norm_bound), self.stddev

    def factors(self, norms: torch.Tensor) -> torch.Tensor:
        return clip_factors(norms, self.norm_bound)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        return combine(
            inputs,
            inputs.shares,
            clip_factors=self.factors(inputs.norms),
            noise=drawn_noise(inputs, self.stddev, self.name),
            bound=self.norm_bound,
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The updates are clipped as by norm-clipping and ‖noise‖ is within stddev · (√P ± 6).

        ‖noise‖ / stddev is chi-distributed with P degrees of freedom: its mean lies within 0.3
        below √P for every P, and its standard deviation is below 1 for every P and tends to √½. The
        norm is a 1-Lipschitz function of independent normal numbers, so a distance of t from the
        mean has a probability of at most 2·exp(−t²/2): 6 from √P is met by chance less than once in
        5 million rounds at any P, and is 8.5 standard deviations for a network.
        """
        require_all_accepted(aggregate)
        require_clipped(aggregate, inputs.norms, self.norm_bound)
        require_noise(aggregate, self.stddev)


def drawn_noise(inputs: RoundInputs, stddev: float, rule: str) -> torch.Tensor:
    """N(0, stddev²) for every coordinate [P], from the generator and on its device.

    Raises `ConfigError`, naming the `rule`, where the round has no generator.
    """
    generator = needed(inputs.generator, rule, GENERATOR)
    noise = torch.randn(
        inputs.updates.shape[1],
        generator=generator,
        device=generator.device,
        dtype=result_dtype(inputs.updates),
    ).mul_(stddev)
    return noise.to(inputs.norms.device)


def require_noise(aggregate: Aggregate, stddev: float) -> None:
    """There is noise, of a norm that N(0, stddev²) has (`WeakDp.check`)."""
    if aggregate.noise is None:
        raise SimulationError(f"no noise was added; stddev is {stddev:g}")
    _check_norm(row_norms(aggregate.noise[None]).item(), len(aggregate.noise), stddev)


def add_noise(model: torch.Tensor, stddev: float, generator: torch.Generator) -> float:
    """Add N(0, stddev²) to every coordinate of `model` [P] in place; the l2 norm of what is added.

    Piece by piece, so that there is no second vector of that size. Raises `SimulationError` if the
    norm is not one that such noise has (`WeakDp.check`).
    """
    squares = 0.0
    for piece in model.split(_PIECE):
        drawn = torch.randn(
            len(piece), generator=generator, device=generator.device, dtype=model.dtype
        )
        drawn = drawn.mul_(stddev).to(model.device)
        squares += row_norms(drawn[None]).item() ** 2
        piece.add_(drawn)
    norm = math.sqrt(squares)
    _check_norm(norm, len(model), stddev)
    return norm


def _check_norm(norm: float, size: int, stddev: float) -> None:
    root = math.sqrt(size)
    low = stddev * max(0.0, root - _DEVIATION)
    high = stddev * (root + _DEVIATION)
    require(
        low <= norm <= high,
        f"the noise has norm {norm:.6g}; with stddev {stddev:g} and P = {size} it lies "
        f"between {low:.6g} and {high:.6g}",
    )
