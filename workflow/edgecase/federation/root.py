"""Train the server's own update, for a rule that measures clients by it."""

from collections.abc import Sequence

import torch

from edgecase.attacks import LocalTraining
from edgecase.federation.local import LocalJob, Stream
from edgecase.federation.round import Cohort
from edgecase.federation.trainer import Trainer

#: the server's number where clients have theirs.
_SERVER = 0


def root_updates(
    trainer: Trainer,
    cohorts: Sequence[Cohort],
    training: LocalTraining,
    round: int,
    autocast: torch.dtype | None,
) -> list[torch.Tensor | None]:
    """What honest training on each cohort's root set adds to its model, [P]; None without one."""
    jobs = [
        LocalJob(
            cohort.start,
            cohort.population.root,
            training,
            Stream(cohort.seed, round, _SERVER, purpose="root-"),
            buffers=cohort.buffers,
            view=cohort.view,
        )
        for cohort in cohorts
        if cohort.population.root is not None
    ]
    if not jobs:
        return [None] * len(cohorts)
    trained = trainer.train(cohorts[0].population.store, jobs, autocast).parameters
    return [model - job.start for model, job in zip(trained, jobs, strict=True)]
