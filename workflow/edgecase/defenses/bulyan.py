"""bulyan: choose updates by Krum, then average near the median (El Mhamdi et al. 2018,
arXiv 1802.07927)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, result_dtype
from edgecase.defenses.distances import squared_distances
from edgecase.defenses.postconditions import require, require_within_range
from edgecase.defenses.ranks import near_median
from edgecase.defenses.registry import register

Variant = Literal["paper", "epfl_multikrum"]


@register("bulyan", label="Bulyan")
@dataclass(frozen=True)
class Bulyan(Rule):
    """Per coordinate, the mean of the β values nearest to the median of θ chosen updates.

    `paper`: Krum's winner is taken out θ = m − 2 f times, its scores renewed each time over the
    m' − f − 2 (at least 1) nearest of the m' that are left; β = θ − 2 f. `epfl_multikrum` is the
    authors' program (LPD-EPFL/ByzantineMomentum): θ = m − 2 f − 2 averages over the m − f − 2 best
    of one ranking by plain distances, the k-th without its k best, β = θ − 2 f, and of an even
    number the lower median. Ties go to the lowest client. Sample counts do not enter. Assumes at
    most f attackers among m >= 4 f + 3.
    """

    num_byzantine: int = parameter("attackers assumed in a round, f", minimum=0, default=1)
    variant: Variant = parameter("the paper's form, or the authors' program's", default="paper")

    weighted_sum = False
    sparse = True

    def minimum_clients(self) -> int:
        """m >= 4 f + 3 (El Mhamdi et al. 2018, section 4)."""
        return 4 * self.num_byzantine + 3

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        updates, m, f = inputs.updates, len(inputs.updates), self.num_byzantine
        distances = squared_distances(updates).cpu()
        accepted = torch.zeros(m, dtype=torch.bool)
        mixing = None
        if self.variant == "paper":
            chosen = sorted(krum_order(distances, f, m - 2 * f))
            accepted[chosen] = True
        else:
            ranking = single_ranking(distances.sqrt(), f)
            accepted[ranking] = True
            chosen = range(m)
            mixing = torch.zeros(m - 2 * f - 2, m, dtype=torch.float64)
            for entry in range(len(mixing)):
                mixing[entry, ranking[entry:]] = 1 / (len(ranking) - entry)
        update = near_median(
            updates,
            chosen,
            2 * f,
            result_dtype(updates),
            mixing=mixing,
            lower=self.variant == "epfl_multikrum",
        )
        return Aggregate(
            update=update,
            accepted=accepted.to(updates.device),
            diagnostics={"norms": inputs.norms},
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """As many updates are taken as the rule says, and no coordinate lies outside of these."""
        m, f = len(inputs.updates), self.num_byzantine
        most = m - 2 * f if self.variant == "paper" else m - f - 2
        taken = int(aggregate.accepted.sum())
        require(taken == most, f"{taken} of {m} updates are taken; the rule takes {most}")
        require_within_range(aggregate, inputs.updates, aggregate.accepted)


def krum_order(squared: torch.Tensor, num_byzantine: int, count: int) -> list[int]:
    """The first `count` winners of Krum, each taken out before the next, in that order.

    squared [m, m]: squared distances, float64.
    """
    left, winners = list(range(len(squared))), []
    for _ in range(count):
        among = squared[left][:, left].fill_diagonal_(torch.inf)
        nearest = max(1, len(left) - num_byzantine - 2)
        scores = among.sort(dim=1).values[:, :nearest].sum(dim=1)
        winners.append(left.pop(int(scores.argmin())))
    return winners


def single_ranking(distances: torch.Tensor, num_byzantine: int) -> list[int]:
    """The m − f − 2 rows whose plain distances [m, m] to their m − f − 2 nearest sum to the
    least, in that order."""
    count = len(distances) - num_byzantine - 2
    nearest = distances.clone().fill_diagonal_(torch.inf).sort(dim=1).values[:, :count]
    return nearest.sum(dim=1).argsort(stable=True)[:count].tolist()
