"""Compare an interval with the values for which a claim is true."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Numbers from `low` to `high`; an open end does not belong to it."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def contains(self, low: float, high: float) -> bool:
        """Whether the whole interval [low, high] lies in the region; NaN lies nowhere."""
        above = low > self.low or (low == self.low and not self.low_open)
        below = high < self.high or (high == self.high and not self.high_open)
        return above and below

    def excludes(self, low: float, high: float) -> bool:
        """Whether no number of the interval [low, high] lies in the region."""
        under = high < self.low or (high == self.low and self.low_open)
        over = low > self.high or (low == self.high and self.high_open)
        return under or over

    def __str__(self) -> str:
        if self.low == -self.high and not (self.low_open or self.high_open):
            return f"within ±{self.high:g}"
        ends = []
        if math.isfinite(self.low):
            ends.append(f"{'>' if self.low_open else '≥'} {self.low:g}")
        if math.isfinite(self.high):
            ends.append(f"{'<' if self.high_open else '≤'} {self.high:g}")
        return " and ".join(ends)
