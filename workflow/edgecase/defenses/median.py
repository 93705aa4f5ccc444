"""median and trimmed-mean of each coordinate (Yin et al. 2018, arXiv 1803.01498)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, result_dtype, whole
from edgecase.defenses.postconditions import require_within_range
from edgecase.defenses.ranks import trimmed_mean
from edgecase.defenses.registry import register


@dataclass(frozen=True)
class _WithoutExtremes(Rule):
    """What both share: update_p = the mean of update_ip over i, without as many values at each
    end, whatever the clients' sample counts."""

    weighted_sum = False
    sparse = True

    def num_trimmed(self, m: int) -> int:
        """How many of m values are dropped at each end."""
        raise NotImplementedError

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        updates = inputs.updates
        trimmed = self.num_trimmed(len(updates))
        return whole(inputs, trimmed_mean(updates, trimmed, result_dtype(updates)))

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """No coordinate lies outside of what the clients sent."""
        require_within_range(aggregate, inputs.updates)


@register("median", label="median")
@dataclass(frozen=True)
class Median(_WithoutExtremes):
    """update_p = median_i update_ip, whatever the clients' sample counts.

    Of an even number of clients it is the mean of the two in the middle. Assumes more honest
    clients than attackers in a round, whose updates agree in most coordinates.
    """

    def num_trimmed(self, m: int) -> int:
        return (m - 1) // 2


@register("trimmed-mean", label="trimmed mean")
@dataclass(frozen=True)
class TrimmedMean(_WithoutExtremes):
    """update_p = the mean of update_ip over i without the f smallest and the f largest.

    The paper drops a share β of the values at each end; here it is their number, f = ⌊β m⌋, and
    f = 0 is the plain mean. Assumes at most f attackers in a round.
    """

    num_byzantine: int = parameter(
        "values dropped at each end of a coordinate, f", minimum=0, default=1
    )

    def minimum_clients(self) -> int:
        """m > 2 f."""
        return 2 * self.num_byzantine + 1

    def num_trimmed(self, m: int) -> int:
        return self.num_byzantine
