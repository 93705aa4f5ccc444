"""Put what one test of a claim measured into a verdict and words."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from itertools import compress
from math import nan

from edgecase.claims.measured import Sample, Term
from edgecase.claims.model import FAILS, HOLDS, NOT_RUN, UNDECIDED, Part
from edgecase.claims.statistics import Interval, Trend


@dataclass(frozen=True)
class Outcome:
    """What one test of a claim found.

    `value`, `low` and `high` are in the unit of the quantity (a ratio and a rank coefficient have
    none); `p` and `p_opposite` are a trend's. `claimed` is what the value is to be, `means` the
    mean over seeds of every cell that went in. `enough` is how many seeds would decide what these
    leave undecided (`edgecase.claims.enough`).
    """

    part: str
    test: str
    quantity: str
    claimed: str
    verdict: str
    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    p_opposite: float = nan
    seeds: int = 0
    enough: int | None = None
    means: str = ""
    missing: tuple[str, ...] = ()
    note: str = ""


def not_run(part: Part, missing: Sequence[str]) -> Outcome:
    """The outcome of a part that lacks something, in words."""
    named = tuple(dict.fromkeys(missing))
    return replace(_blank(part), verdict=NOT_RUN, missing=named)


def of_interval(part: Part, terms: Sequence[Term], sample: Sample, interval: Interval) -> Outcome:
    """The interval of a value against the part's region; `terms` name the sample's columns."""
    assert part.region is not None
    verdict = UNDECIDED
    if part.region.contains(interval.low, interval.high):
        verdict = HOLDS
    elif part.region.excludes(interval.low, interval.high):
        verdict = FAILS
    found = {"value": interval.value, "low": interval.low, "high": interval.high}
    return replace(_blank(part), verdict=verdict, **found, **_seen(terms, sample))


def of_trend(
    part: Part, terms: Sequence[Term], sample: Sample, trend: Trend, one_sided: float
) -> Outcome:
    """A trend that counts in the claimed order, in the opposite one, or in none.

    It counts up to the p-value `one_sided`: the end of an interval leaves out as much on its side.
    """
    verdict = UNDECIDED
    if trend.p <= one_sided:
        verdict = HOLDS
    elif trend.p_opposite <= one_sided:
        verdict = FAILS
    found = {"value": trend.coefficient, "p": trend.p, "p_opposite": trend.p_opposite}
    return replace(_blank(part), verdict=verdict, **found, **_seen(terms, sample))


def seeds_text(count: int) -> str:
    """A number of seeds in words: `1 seed`, `3 seeds`."""
    return f"{count} seed{'s' * (count != 1)}"


def joined(separator: str, *parts: str) -> str:
    """The parts that are not empty, joined."""
    return separator.join(filter(None, parts))


def labels(terms: Sequence[Term]) -> list[str]:
    """Each term by the axes, and the quantity, in which the terms differ."""
    named = [(*astuple(cell), quantity) for cell, quantity in terms]
    differ = [len(set(values)) > 1 for values in zip(*named, strict=True)]
    return [" ".join(compress(names, differ)) or names[-1] for names in named]


def _blank(part: Part) -> Outcome:
    claimed = part.direction or str(part.region)
    return Outcome(part.name, part.test, part.quantity or "", claimed, UNDECIDED)


def _seen(terms: Sequence[Term], sample: Sample) -> dict:
    """The seeds that went in, the mean of each term over them, and what to know."""
    seeds, means = len(sample.values), ""
    if terms and seeds:
        pairs = zip(labels(terms), sample.values.mean(axis=0), strict=True)
        means = "; ".join(f"{label} {mean:.4g}" for label, mean in pairs)
    few = f"{seeds_text(seeds)}: an interval needs 2" if seeds < 2 else ""
    return {"seeds": seeds, "means": means, "note": joined("; ", *sample.notes, few)}
