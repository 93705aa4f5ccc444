"""Show how far a job is, on standard error: a bar on a terminal, else a plain line now and then."""

import sys
import time
from collections.abc import Mapping
from typing import Self

from tqdm import tqdm

_REPORT_EVERY_S = 10.0


class Meter:
    """How many of `total` units of work are done; a context, so that the bar ends before other
    lines.

    `begun` of them were done when this process started, and `unit` names them, such as "rounds".
    """

    def __init__(self, total: int, begun: int, unit: str) -> None:
        self._total, self._begun, self._unit = total, begun, unit
        self._started = self._reported = time.monotonic()
        # A log file has no use for lines that overwrite each other.
        self._bar = tqdm(
            total=total,
            initial=begun,
            unit=f" {unit}",
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, done: int, place: str, note: str = "") -> None:
        """`done` units are done, the last of them at `place`; `note` follows."""
        if not self._bar.disable:
            self._bar.set_postfix_str(f"{place}{note}", refresh=False)
            self._bar.update(done - self._bar.n)
            return
        now, new = time.monotonic(), done - self._begun
        if now - self._reported < _REPORT_EVERY_S or not new:
            return
        self._reported = now
        per_minute = 60 * new / (now - self._started)
        print(
            f"{place}, {done} of {self._total} {self._unit} in all, "
            f"{per_minute:.1f} {self._unit}/min, {(self._total - done) / per_minute:.1f} min left"
            f"{note}",
            file=sys.stderr,
            flush=True,
        )


class Progress(Meter):
    """The rounds of a cell's seeds.

    `begun` says which round each seed has behind it when this process starts, 0 if none.
    """

    def __init__(self, rounds: int, begun: Mapping[int, int]) -> None:
        super().__init__(rounds * len(begun), sum(begun.values()), "rounds")
        self._rounds, self._reached = rounds, dict(begun)

    def __call__(self, seed: int, round: int, note: str) -> None:
        """`seed` has `round` behind it; `note` follows."""
        self._reached[seed] = round
        self.show(sum(self._reached.values()), f"seed {seed}: round {round}/{self._rounds}", note)
