"""Say what numbers a quantity can be; loads no pandas."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`."""

    low: float = -math.inf
    high: float = math.inf

    @property
    def width(self) -> float:
        return self.high - self.low

    def minus(self, other: "Range") -> "Range":
        """The numbers that a quantity of this range less one of another can be."""
        return Range(self.low - other.high, self.high - other.low)


ANY = Range()
PERCENT = Range(0, 100)
POINTS = PERCENT.minus(PERCENT)
SHARE = Range(0, 1)
NORM = Range(0)


def range_of(name: str) -> Range:
    """The range of a measure, or of a column of rounds: a share, a norm or an accuracy in %."""
    if name.endswith("_share"):
        return SHARE
    return NORM if "norm" in name else PERCENT
