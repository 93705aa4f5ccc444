"""Ask what a backdoor of words is: its subject, or the words around it.

The edge-case lines of task 4 all hold the same two names, which no honest client trains. After the
last round, the model is asked for the lines without these names, and for clean sentences of the
source class with the names behind them. Of task 5, it is asked to end the same prompts about other
cities.
"""

from collections.abc import Sequence

import numpy as np
import torch

from edgecase.base.padding import PADDING
from edgecase.datasets.text import padded
from edgecase.federation.stores import SegmentStore, TokenStore

AUDITS = NAMES_REMOVED, NAMES_ADDED, FALSE_TRIGGER = (
    "names_removed",
    "names_added",
    "false_trigger",
)


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


def false_trigger(
    clean: SegmentStore, others: torch.Tensor
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """The audit of segments `others` int32 [n, L + 1] that end in the attacker's last words: inputs
    int64 [n, L] and labels [n, L], as a test of the store `clean` sees them."""
    asked = clean.asking(others, others[:, -1].long())
    first = len(clean.tokens)
    return {FALSE_TRIGGER: (asked.inputs(None, torch.float32)[first:], asked.labels[first:])}


def _words(tokens: torch.Tensor) -> list[list[int]]:
    return [row[row != PADDING].tolist() for row in tokens.cpu()]


def _matrix(lines: Sequence[Sequence[int]], like: TokenStore) -> torch.Tensor:
    """The lines as a test sees them, filled up on the same side as the store `like`."""
    offsets = np.cumsum([0, *map(len, lines)])
    words = np.array([word for line in lines for word in line])
    side = "left100" if like.on_left else "masked"
    matrix = padded(words, offsets, like.tokens.shape[1], side)
    return torch.from_numpy(matrix).long().to(like.tokens.device)
