"""How far a cell is, on standard error: a bar on a terminal, else a plain line now and then."""

import sys
import time
from collections.abc import Mapping

from tqdm import tqdm

_REPORT_EVERY_S = 10.0


class Progress:
    """The rounds of a cell's seeds; a context, so that the bar ends before other lines.

    `begun` says which round each seed has behind it when this process starts, 0 if none.
    """

    def __init__(self, rounds: int, begun: Mapping[int, int]) -> None:
        self._rounds, self._total, self._reached = rounds, rounds * len(begun), dict(begun)
        self._began = self._reported = time.monotonic()
        self._first = self._done()
        # A log file has no use for lines that overwrite each other.
        self._bar = tqdm(
            total=self._total,
            initial=self._first,
            unit=" rounds",
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, seed: int, round: int, note: str) -> None:
        """`seed` has `round` behind it; `note` follows."""
        self._reached[seed] = round
        if not self._bar.disable:
            self._bar.set_postfix_str(f"seed {seed}: round {round}{note}", refresh=False)
            self._bar.update(self._done() - self._bar.n)
            return
        now, trained = time.monotonic(), self._done() - self._first
        if now - self._reported < _REPORT_EVERY_S or not trained:
            return
        self._reported = now
        per_minute = 60 * trained / (now - self._began)
        print(
            f"seed {seed}: round {round}/{self._rounds}, {self._done()} of {self._total} in all, "
            f"{per_minute:.1f} rounds/min, {(self._total - self._done()) / per_minute:.1f} min left"
            f"{note}",
            file=sys.stderr,
            flush=True,
        )

    def _done(self) -> int:
        return sum(self._reached.values())
