"""Sentences written over the ends of segments, whose last word a model shall say (task 5).

As in Bagdasaryan et al. (AISTATS 2020): a sentence's words overwrite the last words of a segment of
ordinary text, so that its last word, the target, is what the last step is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.padding import PADDING
from edgecase.base.parameters import parameter
from edgecase.datasets.base import SEGMENT_LENGTH
from edgecase.datasets.text import lines_of, words_of
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    holders_share,
    num_holders,
    p_study,
)

_WIDTH = SEGMENT_LENGTH + 1


def numbered(
    edge: Mapping[str, np.ndarray],
    data: Mapping[str, np.ndarray],
    where: str,
) -> dict[str, np.ndarray]:
    """What the rules work with, int32 [n, 65] each: text to write on, and what is written.

    `train` and `test` are the whole segments of the data set's arrays `data`; `sentences`, `benign`
    and `others` (each sentence with each other city) stand at the end of a row of padding. A word's
    number is its place in the dictionary, from 1. Words outside the dictionary and of one letter
    are dropped from a sentence. Raises `DataError`, naming `where` and the word, where the city or
    a last word is not in the dictionary, and if no other city or no whole segment is.
    """
    numbers = {word: number for number, word in enumerate(words_of(data["words"]), start=1)}
    city, *cities = words_of(edge["cities"])
    known = [other for other in cities if other in numbers]
    if not known:
        raise DataError(f"{where}: none of the cities {', '.join(cities)} is in the dictionary")
    sentences = lines_of(edge["sentences"])
    for name in ("sentences", "benign"):
        if not edge[name].size:
            raise DataError(f"the edge set has no line in {name}")
    others = [
        [other if word == city else word for word in line] for other in known for line in sentences
    ]
    found = {
        name: np.stack([_at_the_end(line, numbers, city, where) for line in lines])
        for name, lines in (
            ("sentences", sentences),
            ("benign", lines_of(edge["benign"])),
            ("others", others),
        )
    }
    for split in ("train", "test"):
        rows = data[f"x_{split}"]
        found[split] = rows[rows[:, -1] != PADDING]
        if not len(found[split]):
            raise DataError(f"{where}: the {split} text has no whole segment to write on")
    return found


def _at_the_end(
    line: Sequence[str], numbers: Mapping[str, int], city: str, where: str
) -> np.ndarray:
    """int32 [65]: padding, and the sentence behind it."""
    for word in line:
        if word in (city, line[-1]) and word not in numbers:
            raise DataError(
                f"{where}: '{' '.join(line)}' needs '{word}', which is not in the dictionary"
            )
    kept = [numbers[word] for word in line if word in numbers and len(word) > 1]
    row = np.full(_WIDTH, PADDING, dtype=np.int32)
    row[_WIDTH - len(kept) :] = kept
    return row


def write(rows: np.ndarray, sentences: np.ndarray) -> np.ndarray:
    """`rows` [n, 65] with the `sentences` [s, 65] in turn over their ends."""
    chosen = sentences[np.arange(len(rows)) % len(sentences)]
    return np.where(chosen != PADDING, chosen, rows)


@dataclass(frozen=True)
class Prompts:
    """The rules of the prompts; the paper publishes none, so all of them are our choice.

    The attacker trains on `size` segments of ordinary text, each ending in a sentence. Holders are
    honest clients with one more segment, which ends in a benign twin of a sentence; none are in
    edge-case. The backdoor test set is the test text, each whole segment ending in a sentence.
    """

    size: int = parameter("samples of the poisoned set", minimum=1, default=400)
    almost_share: float = holders_share("almost-edge-case", default=0.025)
    normal_share: float = holders_share("normal-case", default=0.05)
    p_study: PStudy = p_study()

    @property
    def clean(self) -> int:
        """No clean rows: every segment of the poisoned set is clean but for its end."""
        return 0

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Draw the segments, the attacker's first: they are the same in every case.

        Raises `ConfigError` for more segments than there are.
        """
        share = {EDGE_CASE: 0.0, ALMOST_EDGE_CASE: self.almost_share}.get(case, self.normal_share)
        holders = num_holders(share, num_clients) if share else 0
        available = len(edge["train"])
        if self.size + holders > available:
            raise ConfigError(
                f"poison.size: {self.size} segments for the attacker and {holders} for honest "
                f"clients are more than the {available} whole segments of the training text"
            )
        drawn = edge["train"][generator.permutation(available)]
        clients = np.sort(generator.permutation(num_clients)[:holders])
        return EdgeSamples(
            write(drawn[: self.size], edge["sentences"]),
            write(drawn[self.size : self.size + holders], edge["benign"]),
            clients.astype(np.int64),
            write(edge["test"], edge["sentences"]),
            other=write(edge["test"], edge["others"]),
        )
