"""Estimate how long a run's cells still take, from what those that ended took."""

from collections.abc import Hashable


class TimeLeft:
    """The cells of a run while they run; times are seconds of one clock.

    `waiting_counts` says that a cell may wait between its beginning and its work, as in a queue of
    a cluster: then what has passed of it says nothing of what is done.
    """

    def __init__(self, total: int, waiting_counts: bool = False) -> None:
        self.total, self._waiting_counts = total, waiting_counts
        self._running: dict[Hashable, float] = {}
        self._took: list[float] = []
        self._first: float | None = None

    @property
    def done(self) -> int:
        return len(self._took)

    def begin(self, cell: Hashable, now: float) -> None:
        self._running[cell] = now
        self._first = now if self._first is None else self._first

    def end(self, cell: Hashable, now: float) -> float:
        """Seconds that the cell took."""
        self._took.append(now - self._running.pop(cell))
        return self._took[-1]

    def fail(self, cell: Hashable) -> None:
        self._running.pop(cell, None)

    def estimate(self, now: float) -> float | None:
        """Seconds left; None before the first cell has ended, and once all that is left are running
        cells that take longer than those that ended.

        A running cell counts as the part of their mean time that it has run. What is done per
        second, since the first cell began, goes on.

        >>> cells = TimeLeft(4)
        >>> cells.begin("a", 0.0)
        >>> cells.end("a", 10.0)
        10.0
        >>> cells.begin("b", 10.0)
        >>> cells.estimate(15.0)
        25.0
        """
        mean = sum(self._took) / len(self._took) if self._took else 0.0
        if self._first is None or not mean:
            return None
        parts = [min((now - began) / mean, 1.0) for began in self._running.values()]
        done = len(self._took) + (0.0 if self._waiting_counts else sum(parts))
        if done >= self.total:
            return None
        return (self.total - done) * (now - self._first) / done
