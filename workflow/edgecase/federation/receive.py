"""Receive what the participants of a round send: all at once, or one at a time."""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from edgecase.base.tensor_norms import l2_norm
from edgecase.defenses.stream import Stream
from edgecase.federation.parameters import CellParameters
from edgecase.federation.round import Cohort, LocalRound, local_rounds, train_participants
from edgecase.federation.server import Passed, Updates
from edgecase.federation.trainer import Trainer

#: from so many coordinates on, updates come one at a time on a GPU as well. There a sum over one
#: row has not the bits of a sum over several, and smaller models have long been summed at once.
_LARGE = 2**25


def receive(
    trainer: Trainer, cohorts: Sequence[Cohort], parameters: CellParameters, round: int
) -> list[Updates]:
    """Local training of every participant of the round, and what the server has of it.

    One update after the other is measured, added up and let go where the cell's rule needs no more
    (`Rule.one_by_one`) and the trainer does not stack; else the updates [m, P] are kept. The bits
    are the same.
    """
    rule, size = parameters.running_defense, cohorts[0].start.numel()
    few = trainer.model.device.type != "cpu" and size < _LARGE
    if trainer.stacks or not rule.one_by_one or few:
        return train_participants(trainer, cohorts, parameters, round)
    leave_out = parameters.diverged_clients == "leave-out"
    rounds = local_rounds(trainer, cohorts, parameters, round)
    return [_one_by_one(trainer, local, leave_out) for local in rounds]


def _one_by_one(trainer: Trainer, local: LocalRound, leave_out: bool) -> Updates:
    """What the server has of a cohort whose updates are added up as they come.

    The shares of the others depend on who has diverged. So if somebody has, and is left out, the
    others train again, to the same bits.
    """
    everybody = list(range(len(local.jobs)))
    passed = _pass(trainer, local, everybody)
    kept = [row for row in everybody if passed.finite[row]]
    if leave_out and 0 < len(kept) < len(everybody):
        return replace(passed, stream=_pass(trainer, local, kept).stream)
    return passed


def _pass(trainer: Trainer, local: LocalRound, rows: Sequence[int]) -> Passed:
    """Train the participants in `rows`, and add up what they send while all of it is finite."""
    start = local.cohort.start
    stream = Stream(local.rule, local.num_samples[rows], start)
    norms, trained, buffers = [], [], []
    all_finite = True
    for sent, own, norm_before in local.train_each(trainer, rows):
        norm = l2_norm(sent).item()
        all_finite = all_finite and math.isfinite(norm) and bool(own.isfinite().all())
        if all_finite:
            stream.add(sent)
        del sent  # before the next one comes
        norms.append(norm)
        buffers.append(own)
        trained += [] if norm_before is None else [norm_before]
    return Passed(
        updates=torch.empty(len(rows), start.numel(), dtype=start.dtype, device="meta"),
        num_samples=local.num_samples,
        buffers=torch.stack(buffers),
        trained_norms=tuple(trained),
        sent_norms=tuple(norms),
        stream=stream,
    )
