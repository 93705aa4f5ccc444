"""Apply the tests of config/claims.yaml to the cells of a part."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from edgecase.analysis.ranges import SHARE, range_of
from edgecase.claims import statistics, words
from edgecase.claims.measured import Measured, Sample, Term
from edgecase.claims.model import WORDS, Part, Selector
from edgecase.claims.outcome import (
    Outcome,
    joined,
    labels,
    not_run,
    of_interval,
    of_trend,
    seeds_text,
)
from edgecase.claims.statistics import Interval
from edgecase.results.cells import Cell

Terms = Sequence[Term]


def compare(
    part: Part, of: Sequence[Cell], against: Sequence[Cell], measured: Measured
) -> list[Outcome]:
    """The outcomes of a part, one per comparison: `of` its first selector, `against` its second."""
    return _TESTS[part.test](
        part, _terms(part, part.of, of), _terms(part, part.against, against), measured
    )


def tail_share(part: Part, task: str, measured: Measured) -> list[Outcome]:
    """The share of a group's images that lies in the tail of the in-distribution test images."""
    assert part.group is not None
    sample = measured.tail_share(task, part.group)
    if sample is None:
        return [not_run(part, [f"log-densities of {task}, {part.group}"])]
    named = replace(part, quantity=f"share of {part.group} images in the tail")
    return [
        of_interval(
            named, [], sample, statistics.mean_interval(sample.values[:, 0], SHARE, measured.look)
        )
    ]


def _mean(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    limits = range_of(of[0][1])
    return [
        _found(
            part,
            of,
            measured,
            lambda values: statistics.mean_interval(values[:, 0], limits, measured.look),
        )
    ]


def _difference(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """Of two cells; or of the best of some cells and another one, or the best of others."""
    limits, other_limits = (range_of(terms[0][1]) for terms in (of, against))

    def interval(values: np.ndarray) -> Interval:
        grid, other = values[:, : len(of)], values[:, len(of) :]
        if part.against and part.against.pick == "best":
            return statistics.best_against_best(grid, limits, other, other_limits, measured.look)
        return statistics.best_interval(
            grid - other, limits.minus(other_limits), look=measured.look
        )

    return [_found(part, [*of, *against], measured, interval)]


def _ratio(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    terms = [*of, *against]
    sample = measured.sample(terms)
    positive = (sample.values > 0).all(axis=1)
    notes = sample.notes
    if lost := int((~positive).sum()):
        notes += (f"{seeds_text(lost)} with a value not above 0, left out",)
    sample = Sample(sample.values[positive], notes)
    interval = statistics.ratio_interval(sample.values[:, 0], sample.values[:, 1], measured.look)
    return [of_interval(part, terms, sample, interval)]


def _differences(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """The difference in one quantity less the difference in another, of the same two cells."""
    assert part.than is not None
    cells = [cell for cell, _ in (*of, *against)]
    terms = [*of, *against, *((cell, part.than) for cell in cells)]
    signs = np.array([1, -1, -1, 1])
    one, other = range_of(of[0][1]), range_of(part.than)
    limits = one.minus(one).minus(other.minus(other))
    return [
        _found(
            part,
            terms,
            measured,
            lambda values: statistics.difference_interval(
                values @ signs, limits, look=measured.look
            ),
        )
    ]


def _ordering(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """Each cell against the next, paired by the seeds that these two share."""
    outcomes = []
    for two in pairwise(of):
        name = joined(": ", part.name, " over ".join(labels(two)))
        outcomes.append(_paired(replace(part, name=name), two, measured))
    return outcomes


def _trend(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """Do the cells, each less its counterpart if there is one, rise or fall in their order?"""
    assert part.direction is not None
    if against and len(against) != len(of):
        return [not_run(part, [f"{len(of)} cells have {len(against)} counterparts"])]
    terms = [*of, *against]
    sample = measured.sample(terms)
    values = sample.values[:, : len(of)]
    if against:
        values = values - sample.values[:, len(of) :]
    return [
        of_trend(
            part,
            terms,
            sample,
            statistics.trend(values, part.direction, measured.look),
            measured.look.error / 2,
        )
    ]


def _word(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """An attack against its baseline; the note says which other word fits if this one does not."""
    (outcome,) = _difference(part, of, against, measured)
    other = words.instead(part.test, outcome.low, outcome.high)
    return [replace(outcome, note=joined("; ", outcome.note, other))]


def _creeps_in(part: Part, of: Terms, against: Terms, measured: Measured) -> list[Outcome]:
    """As a word, and the attack has to grow."""
    ((cell, _),) = of
    name = joined(": ", part.name, "last over first rounds")
    growth = replace(part, name=name, region=words.GROWTH)
    ends = [(cell, words.LAST), (cell, words.FIRST)]
    return [*_word(part, of, against, measured), _paired(growth, ends, measured)]


_TESTS: dict[str, Callable[[Part, Terms, Terms, Measured], list[Outcome]]] = {
    "mean": _mean,
    "difference": _difference,
    "ratio": _ratio,
    "difference-of-differences": _differences,
    "ordering": _ordering,
    "trend": _trend,
    **dict.fromkeys(WORDS, _word),
    "creeps-in": _creeps_in,
}


def _terms(part: Part, selector: Selector | None, cells: Iterable[Cell]) -> Terms:
    quantity = part.quantity if selector is None else selector.quantity or part.quantity
    return [(cell, quantity) for cell in cells] if quantity else []


def _found(
    part: Part,
    terms: Terms,
    measured: Measured,
    interval: Callable[[np.ndarray], Interval],
) -> Outcome:
    """The interval of the terms' values [seeds, terms], against the part's region."""
    sample = measured.sample(terms)
    return of_interval(part, terms, sample, interval(sample.values))


def _paired(part: Part, two: Terms, measured: Measured) -> Outcome:
    """The first of two terms less the second."""
    limits = range_of(two[0][1]).minus(range_of(two[1][1]))
    return _found(
        part,
        two,
        measured,
        lambda values: statistics.difference_interval(
            values[:, 0] - values[:, 1], limits, look=measured.look
        ),
    )
