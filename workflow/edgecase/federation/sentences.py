"""Train a client on the embeddings of its own words (`federation.rows`)."""

from collections.abc import Callable

import torch

from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Begun, LocalJob, Samples, train_locally
from edgecase.federation.rows import Rows, over_rows, rows_at, words_in
from edgecase.federation.stores import TokenStore


def train_on_own_words(
    model: FlatModel,
    store: TokenStore,
    job: LocalJob,
    autocast: torch.dtype | None = None,
    into: torch.Tensor | None = None,
    after_step: Callable[[Begun], None] | None = None,
) -> torch.Tensor:
    """The local model of `job`, over the coordinates of its start [P], written `into` that [P].

    The same numbers as training all of them, to rounding: what a client never reads has no
    gradient.
    """
    tokens = store.tokens[job.samples.index]
    words = words_in([tokens])
    known = isinstance(job.view, Rows)
    own = rows_at(model, torch.searchsorted(job.view.ids, words) if known else words, job.start)
    small = over_rows(model, len(words))
    renumbered = torch.searchsorted(words, tokens.long()).int()
    train_locally(
        *(small, own.narrow(job.start), TokenStore(renumbered, store.labels[job.samples.index])),
        Samples(torch.arange(len(tokens), device=model.device), None),
        *(job.training, job.stream),
        anchor=None if job.anchor is None else own.narrow(job.anchor),
        autocast=autocast,
        after_step=after_step,
    )
    return own.widen(small.parameters, into)
