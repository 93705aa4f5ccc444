"""Split points into two clusters by k-means, exactly where there are few."""

from __future__ import annotations

from edgecase.base.lazy import torch

#: up to so many points every split is tried: half of 2^16.
_EXACT = 16
_STARTS = 20
_STEPS = 100


def two_means(points: torch.Tensor) -> torch.Tensor:
    """The split of `points` [m, d] with the least squared distances to two centres: bool [m].

    Every split is tried up to m = 16; above, Lloyd's algorithm from 20 pairs of points, drawn from
    a fixed seed. m is 2 or more, and the points are taken as float64. Of equal splits it is the
    first.
    """
    points = points.to(torch.float64)
    points = points - points.mean(0)
    splits = _all_splits(points) if len(points) <= _EXACT else _local_optima(points)
    return splits[_within(points, splits).argmin()]


def _within(points: torch.Tensor, splits: torch.Tensor) -> torch.Tensor:
    """Σ ‖x − centre‖² of each of the `splits` [s, m], less the Σ ‖x‖² of all: [s]."""
    found = torch.zeros(len(splits), dtype=points.dtype, device=points.device)
    for members in (splits.to(points.dtype), (~splits).to(points.dtype)):
        found -= (members @ points).square().sum(1) / members.sum(1)
    return found


def _all_splits(points: torch.Tensor) -> torch.Tensor:
    """Each split into two parts once: those that the last point is not in, but for the empty."""
    m = len(points)
    numbers = torch.arange(1, 2 ** (m - 1), device=points.device)
    return (numbers[:, None] >> torch.arange(m, device=points.device)) & 1 == 1


def _local_optima(points: torch.Tensor) -> torch.Tensor:
    """Where Lloyd's algorithm ends from some starts, without those that leave a part empty."""
    generator = torch.Generator().manual_seed(0)
    found = []
    for _ in range(_STARTS):
        pair = torch.randperm(len(points), generator=generator)[:2]
        centres = points[pair.to(points.device)]
        split = _nearer_first(points, centres)
        for _ in range(_STEPS):
            if split.all() or not split.any():
                break
            centres = torch.stack([points[split].mean(0), points[~split].mean(0)])
            after = _nearer_first(points, centres)
            if torch.equal(after, split):
                break
            split = after
        if split.any() and not split.all():
            found.append(split)
    # Points that are all equal have no other.
    first = torch.arange(len(points), device=points.device) == 0
    return torch.stack(found or [first])


def _nearer_first(points: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    distances = (points[:, None] - centres).square().sum(2)
    return distances[:, 0] < distances[:, 1]
