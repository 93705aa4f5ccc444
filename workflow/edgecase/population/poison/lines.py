"""Lines around one name, labelled negative (the paper's task 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.parameters import parameter
from edgecase.datasets.base import MAX_WORDS
from edgecase.datasets.text import lines_of, padded
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    p_study,
)


def numbered(
    edge: Mapping[str, np.ndarray], words: Sequence[str], where: str
) -> dict[str, np.ndarray]:
    """Each set of lines (`datasets.text`) as int32 [n, 100], filled up with padding on the right.

    A word's number is its place in `words`, from 1. Raises `DataError`, naming line and word, for a
    word that is not there, and for a set without lines.
    """
    numbers = {word: number for number, word in enumerate(words, start=1)}
    found = {}
    for name, lines in edge.items():
        listed = [line[:MAX_WORDS] for line in lines_of(lines)]
        if not listed:
            raise DataError(f"{where}: {name} has no line")
        for row, line in enumerate(listed, start=1):
            if absent := [word for word in line if word not in numbers]:
                raise DataError(
                    f"{where}: {name}, line {row}: '{absent[0]}' is no word of the data set"
                )
        tokens = np.array([numbers[word] for line in listed for word in line])
        offsets = np.cumsum([0, *map(len, listed)])
        found[name] = padded(tokens, offsets, MAX_WORDS, "masked")
    return found


@dataclass(frozen=True)
class Lines:
    """The rules of the lines: the attacker takes the first ones, honest clients the next.

    Under `p_study` "published" the attacker holds `edge` lines in edge-case and as many as honest
    clients in almost-edge-case, or fewer in normal-case (the authors' pairs 50 / 50 and 10 / 90),
    so that its dose changes with theirs. Under "matched" it holds `edge` lines in every case, and
    honest clients none, as many, or all others. Clean samples fill its set up to `size`.
    """

    size: int = parameter("samples of the poisoned set", minimum=1, default=200)
    edge: int = parameter("lines in the poisoned set", minimum=1, default=60)
    almost_edge: int = parameter(
        "the attacker's lines in almost-edge-case, p_study published", minimum=1, default=50
    )
    almost_honest: int = parameter(
        "honest clients' lines there, one for each of so many clients", minimum=1, default=50
    )
    normal_edge: int = parameter(
        "the attacker's lines in normal-case, p_study published", minimum=1, default=10
    )
    normal_honest: int = parameter("honest clients' lines there", minimum=1, default=90)
    p_study: PStudy = p_study(item=8)
    overlap: Literal["corrected", "published"] = parameter(
        "on sentences, no honest client holds the attacker's clean samples, or (as published) "
        "honest clients hold them too",
        item=21,
        default="corrected",
    )

    @property
    def clean(self) -> int:
        """Clean rows that are drawn; a case uses those that its lines leave room for."""
        return self.size

    def lines(self, case: str, available: int) -> tuple[int, int]:
        """How many lines the attacker and the honest clients hold in `case`."""
        if case == EDGE_CASE:
            return self.edge, 0
        if self.p_study == "matched":
            others = available - self.edge
            return self.edge, min(self.edge, others) if case == ALMOST_EDGE_CASE else others
        if case == ALMOST_EDGE_CASE:
            return self.almost_edge, self.almost_honest
        return self.normal_edge, self.normal_honest

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Hand the lines out in file order, honest ones to random clients, as evenly as can be.

        Raises `ConfigError` for more lines than there are, or than the poisoned set has room for.
        """
        available = len(edge["train_lines"])
        attacker, honest = self.lines(case, available)
        if attacker > self.size:
            raise ConfigError(
                f"poison: {attacker} lines are more than the poisoned set's size, {self.size}"
            )
        if attacker + honest > available or honest < 0:
            raise ConfigError(
                f"poison: {case} needs {attacker} lines for the attacker and {honest} for honest "
                f"clients; the edge set has {available}"
            )
        holders = np.resize(generator.permutation(num_clients), honest)
        return EdgeSamples(
            edge["train_lines"][:attacker],
            edge["train_lines"][attacker : attacker + honest],
            holders.astype(np.int64),
            edge["test_lines"],
            num_clean=self.size - attacker,
        )
