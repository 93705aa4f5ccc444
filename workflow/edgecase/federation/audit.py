"""Ask whether a backdoor of sentences is their subject or the words that all of them share.

The edge-case lines of task 4 all hold the same two names, which no honest client trains. After the
last round, the model is asked for the lines without these names, and for clean sentences of the
source class with the names behind them.
"""

from collections.abc import Sequence

import numpy as np
import torch

from edgecase.base.padding import PADDING
from edgecase.datasets.text import padded
from edgecase.federation.stores import TokenStore

AUDITS = NAMES_REMOVED, NAMES_ADDED = "names_removed", "names_added"


def name_audits(
    clean: TokenStore, lines: torch.Tensor, source_class: int
) -> dict[str, torch.Tensor]:
    """Audit → its sentences int64 [n, L]; none if no word stands in all of `lines` (int32 [t, L]).

    `names_removed` are the lines without the names, less those that have no other word;
    `names_added` the `clean` sentences of `source_class` with the names at their end. The share of
    either that gets the attacker's label is what the audit says.
    """
    listed = _words(lines)
    names = [word for word in listed[0] if all(word in line for line in listed)]
    if not names:
        return {}
    removed = [[word for word in line if word not in names] for line in listed]
    of_source = _words(clean.tokens[clean.labels == source_class])
    longest = lines.shape[1]
    added = [[*line[: longest - len(names)], *names] for line in of_source]
    audits = {NAMES_REMOVED: [line for line in removed if line], NAMES_ADDED: added}
    return {name: _matrix(own, clean) for name, own in audits.items() if own}


def _words(tokens: torch.Tensor) -> list[list[int]]:
    return [row[row != PADDING].tolist() for row in tokens.cpu()]


def _matrix(lines: Sequence[Sequence[int]], like: TokenStore) -> torch.Tensor:
    """The lines as a test sees them, filled up on the same side as the store `like`."""
    offsets = np.cumsum([0, *map(len, lines)])
    words = np.array([word for line in lines for word in line])
    side = "left100" if like.on_left else "masked"
    matrix = padded(words, offsets, like.tokens.shape[1], side)
    return torch.from_numpy(matrix).long().to(like.tokens.device)
