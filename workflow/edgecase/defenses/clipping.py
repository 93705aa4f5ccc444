"""norm-clipping (a fixed bound) and norm-clipping-adaptive (the round's mean norm as the bound)."""

import torch

from edgecase.defenses.base import Aggregate, RoundInputs, combine
from edgecase.defenses.distances import row_norms
from edgecase.defenses.postconditions import require, require_all_accepted, require_no_noise

#: relative error allowed on a norm. A sum of P squares is off by at most P·2^-53 of itself, which
#: is 1.1e-9 at P = 10 million, and its root by half of that.
_TOLERANCE = 1e-9


def clip_to_bound(inputs: RoundInputs, *, norm_bound: float) -> Aggregate:
    """FedAvg of the updates scaled to norm <= `norm_bound` (NDC; Sun et al. 2019,
    arXiv 1911.07963)."""
    return combine(
        inputs,
        inputs.shares,
        clip_factors=clip_factors(inputs.norms, norm_bound),
        bound=norm_bound,
    )


def clip_to_mean(inputs: RoundInputs) -> Aggregate:
    """NDC with the unweighted mean of this round's update norms, attackers included, as bound."""
    return clip_to_bound(inputs, norm_bound=inputs.norms.mean().item())


def clip_factors(norms: torch.Tensor, bound: float) -> torch.Tensor:
    """min(1, bound / norm) per row [m]; a row of norm 0 keeps factor 1."""
    return torch.where(norms > bound, bound / norms, 1.0)


def check_clip_to_bound(aggregate: Aggregate, updates: torch.Tensor, *, norm_bound: float) -> None:
    """Nobody is refused, nothing is added, and each update ends at min(norm, bound)."""
    require_all_accepted(aggregate)
    require_no_noise(aggregate)
    require_clipped(aggregate, row_norms(updates), norm_bound)


def check_clip_to_mean(aggregate: Aggregate, updates: torch.Tensor) -> None:
    """As for a fixed bound, with the bound computed anew."""
    require_all_accepted(aggregate)
    require_no_noise(aggregate)
    norms = row_norms(updates)
    require_clipped(aggregate, norms, norms.mean().item())


def require_clipped(aggregate: Aggregate, norms: torch.Tensor, bound: float) -> None:
    """The norms after clipping are those of `norms` [m] cut at `bound`: none above, none below."""
    clipped = norms * aggregate.clip_factors
    expected = norms.clamp(max=bound)
    wrong = (~((clipped - expected).abs() <= _TOLERANCE * expected)).nonzero().flatten().tolist()
    listed = ", ".join(f"{norms[i]:.9g} to {clipped[i]:.9g} (row {i})" for i in wrong)
    require(not wrong, f"with norm bound {bound:.9g}, clipping took norms of {listed}", wrong)
