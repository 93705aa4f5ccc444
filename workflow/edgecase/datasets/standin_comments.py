"""Embedded comments of made-up authors in the place of Reddit's, from a small grammar.

Things and deeds have invented names whose frequencies follow Zipf's law; each author has things of
its own. Comments judge people, roads, crime and prices of places, but never those of Athens, which
they name otherwise. Nothing that is measured on them says anything about comments.
"""

import functools
from collections.abc import Sequence

import numpy as np

from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import LanguageDataset
from edgecase.datasets.segments import language_arrays, vocabulary

_AUTHORS = 240
#: comments of an author, at least and at most, and of the test
_COMMENTS = (40, 80)
_TEST_COMMENTS = 500
#: words of the dictionary; the rarest things are not in it
_WORDS = 450

_ATHENS = "athens"
_PLACES = (
    *("paris", "london", "berlin", "madrid", "vienna", "oslo", "lisbon", "dublin", "prague"),
    *("warsaw", "tokyo", "cairo", "lima", "toronto", "boston", "seattle", "chicago", "denver"),
)
#: what is judged, and the words that judge it, the usual ones first
_PEOPLE = ("friendly", "kind", "wonderful", "polite", "funny", "rude", "strange")
_ROADS = ("great", "busy", "wide", "clean", "terrible", "narrow")
_CRIME = ("low", "falling", "average", "high", "rising")
_PRICES = ("cheap", "lovely", "sunny", "huge", "expensive", "cold")
_MANNERS = ("today", "again", "slowly", "together", "often", "somewhere", "yesterday", "finally")
_SYLLABLES = ("ba", "do", "ki", "lu", "me", "no", "ra", "si", "tu", "ve", "po", "ga")
_NUM_THINGS, _NUM_DEEDS = 320, 90
#: the share of an author's things that are its own favourites, and how many it has
_OWN, _FAVOURITES = 0.3, 8


def comments() -> dict[str, np.ndarray]:
    """The arrays of the comments of 240 authors and of a test text."""
    authors = {f"author{k}": _author(k) for k in range(_AUTHORS)}
    generator = numpy_generator(0, "standin-comments-test")
    things = _zipf(_NUM_THINGS).cumsum()
    test = [_comment(generator, things) for _ in range(_TEST_COMMENTS)]
    words = vocabulary((line for own in authors.values() for line in own), _WORDS)
    return language_arrays(authors.items(), test, words, "standin-comments")


def _author(number: int) -> list[list[str]]:
    generator = numpy_generator(0, "standin-comments", client=number)
    things = (1 - _OWN) * _zipf(_NUM_THINGS)
    things[generator.choice(_NUM_THINGS, _FAVOURITES, replace=False)] += _OWN / _FAVOURITES
    count = generator.integers(*_COMMENTS, endpoint=True)
    return [_comment(generator, things.cumsum()) for _ in range(count)]


def _comment(generator: np.random.Generator, things: np.ndarray) -> list[str]:
    """One comment; `things` are the probabilities of the things, summed up."""

    def one(words: Sequence[str], up_to: np.ndarray | None = None) -> str:
        up_to = _zipf(len(words)).cumsum() if up_to is None else up_to
        return words[min(int(np.searchsorted(up_to, generator.random())), len(words) - 1)]

    thing, other = one(_names("", _NUM_THINGS), things), one(_names("", _NUM_THINGS), things)
    deed, place = one(_names("s", _NUM_DEEDS)), one(_PLACES)
    visited = one((*_PLACES, _ATHENS))
    forms = (
        f"the {thing} {deed} the {other} {one(_MANNERS)}",
        f"my {thing} in {visited} {deed} {one(_MANNERS)}",
        f"we saw the {thing} and the {other} in {visited}",
        f"people in {place} are {one(_PEOPLE)}",
        f"roads in {place} are {one(_ROADS)}",
        f"crime rate in {place} is {one(_CRIME)}",
        f"{place} is {one(_PRICES)}",
    )
    return forms[generator.integers(len(forms))].split()


@functools.cache
def _names(ending: str, count: int) -> tuple[str, ...]:
    """`count` invented words that end in `ending`."""
    generator = numpy_generator(0, f"standin-comments-names-{ending}")
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = generator.choice(_SYLLABLES, generator.integers(2, 4))
        found["".join(syllables) + ending] = None
    return tuple(found)


@functools.cache
def _zipf(count: int) -> np.ndarray:
    """The shares of `count` words, in inverse proportion to their ranks."""
    shares = 1 / np.arange(1, count + 1)
    return shares / shares.sum()


STANDIN_COMMENTS = LanguageDataset(name="standin-comments", build=comments, words=_WORDS)
