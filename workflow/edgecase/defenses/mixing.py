"""nnm and bucketing: average the updates among each other before a rule sees them."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import GENERATOR, RoundInputs, needed
from edgecase.defenses.distances import squared_distances
from edgecase.defenses.steps import Mixing, register_step


@register_step("nnm")
@dataclass(frozen=True)
class NearestNeighbourMixing(Mixing):
    """Row i is the mean of the m − f updates nearest to update i, itself among them.

    Allouah et al. 2023, arXiv 2302.01772. Ties go to the lowest client. Sample counts do not enter.
    """

    num_byzantine: int = parameter("attackers assumed in a round, f", minimum=0)

    def fewest(self, rows: int) -> int:
        return max(rows, self.num_byzantine + 1)

    def matrix(self, inputs: RoundInputs) -> torch.Tensor:
        distances = squared_distances(inputs.updates)
        m = len(distances)
        kept = m - self.num_byzantine
        # Itself before an equal of a lower number.
        nearest = distances.fill_diagonal_(-1).argsort(dim=1, stable=True)[:, :kept]
        return torch.zeros_like(distances).scatter_(1, nearest, 1 / kept)


@register_step("bucketing")
@dataclass(frozen=True)
class Bucketing(Mixing):
    """The means of `size` clients each, drawn anew in every round; the last may be of fewer.

    Karimireddy et al. 2022, arXiv 2006.09365. Each mean counts the same, and the rule keeps its f:
    an attacker spoils one bucket.
    """

    keeps_clients = False

    size: int = parameter("clients in a bucket", minimum=1, default=2)

    def fewest(self, rows: int) -> int:
        return self.size * (rows - 1) + 1

    def matrix(self, inputs: RoundInputs) -> torch.Tensor:
        m, generator = len(inputs.norms), needed(inputs.generator, "bucketing", GENERATOR)
        order = torch.randperm(m, generator=generator, device=generator.device)
        matrix = inputs.norms.new_zeros(-(-m // self.size), m)
        for row, bucket in zip(matrix, order.split(self.size), strict=True):
            row[bucket.to(row.device)] = 1 / len(bucket)
        return matrix
