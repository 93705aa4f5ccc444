"""Say how many seeds would decide what those there are leave undecided."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace

from edgecase.claims.measured import Measured
from edgecase.claims.model import UNDECIDED
from edgecase.claims.outcome import Outcome

#: more seeds than these are not asked for.
MOST = 100


def with_enough(test: Callable[[Measured], list[Outcome]], measured: Measured) -> list[Outcome]:
    """The outcomes of `test`, each undecided one with the seeds that would decide it.

    They are a multiple of those that went in, each of which is counted as many times over: a mean
    and a spread that stay as they are, in an interval of more seeds. With three seeds the spread
    itself is known to a factor of about two, and so is the number.
    """
    return [
        replace(outcome, enough=_enough(test, measured, place, outcome.seeds))
        if outcome.verdict == UNDECIDED and outcome.seeds > 1
        else outcome
        for place, outcome in enumerate(test(measured))
    ]


def _enough(
    test: Callable[[Measured], list[Outcome]], measured: Measured, place: int, seeds: int
) -> int | None:
    """How many seeds decide the outcome at this `place`; None if `MOST` do not."""
    counts = range(2, MOST // seeds + 1)

    def decided(times: int) -> bool:
        return test(measured.counted(times))[place].verdict != UNDECIDED

    found = bisect_left(counts, True, key=decided)
    return counts[found] * seeds if found < len(counts) else None
