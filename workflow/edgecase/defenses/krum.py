"""krum and multi-krum (Blanchard et al., "Machine learning with adversaries", NeurIPS 2017)."""

import torch

from edgecase.defenses.base import Aggregate, RoundInputs, combine
from edgecase.defenses.distances import squared_distances
from edgecase.defenses.postconditions import require, require_no_noise, require_unclipped


def krum(inputs: RoundInputs, *, num_byzantine: int) -> Aggregate:
    """The one update with the lowest score (section 4)."""
    scores = krum_scores(inputs.updates, num_byzantine)
    weights = torch.zeros_like(scores)
    weights[scores.argmin()] = 1.0  # argmin gives the first of equals
    return combine(inputs, weights, scores=scores)


def multi_krum(inputs: RoundInputs, *, num_byzantine: int) -> Aggregate:
    """The average by sample count of the m − f updates with the lowest scores."""
    scores = krum_scores(inputs.updates, num_byzantine)
    best = scores.argsort(stable=True)[: len(scores) - num_byzantine]
    weights = torch.zeros_like(scores)
    weights[best] = inputs.num_samples[best] / inputs.num_samples[best].sum()
    return combine(inputs, weights, scores=scores)


def krum_scores(updates: torch.Tensor, num_byzantine: int) -> torch.Tensor:
    """Score [m] of each update: Σ of its **squared** distances to the m − f − 2 nearest others."""
    distances = squared_distances(updates).fill_diagonal_(torch.inf)
    nearest = distances.sort(dim=1).values[:, : len(updates) - num_byzantine - 2]
    return nearest.sum(dim=1)


def check_krum(aggregate: Aggregate, updates: torch.Tensor, *, num_byzantine: int) -> None:
    """Exactly one update is accepted, unscaled and without noise."""
    _require_refused(aggregate, len(updates) - 1)


def check_multi_krum(aggregate: Aggregate, updates: torch.Tensor, *, num_byzantine: int) -> None:
    """Exactly f updates are refused; the others are unscaled and nothing is added."""
    _require_refused(aggregate, num_byzantine)


def _require_refused(aggregate: Aggregate, expected: int) -> None:
    accepted = aggregate.weights.nonzero().flatten().tolist()
    m = len(aggregate.weights)
    require(
        m - len(accepted) == expected,
        f"{m - len(accepted)} of {m} updates are refused and {len(accepted)} accepted; "
        f"the rule refuses {expected} and accepts {m - expected}",
        accepted,
    )
    require_unclipped(aggregate)
    require_no_noise(aggregate)
