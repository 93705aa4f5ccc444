"""Fine-tune the global model behind the last round, on samples that the server withholds."""

import torch

from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping
from edgecase.defenses.fine_tuning import FineTuning
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Stream, train_locally
from edgecase.federation.round import Cohort

#: the server's number where clients have theirs.
_SERVER = 0


def fine_tuned(
    model: FlatModel,
    cohort: Cohort,
    step: FineTuning,
    parameters: torch.Tensor,
    buffers: torch.Tensor | None,
    autocast: torch.dtype | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The parameters [P] and buffers [B] after the `step` from those of the last round.

    Each epoch is a training of its own, with a rate and random draws of its own; there is no
    momentum to carry over.
    """
    root = cohort.population.root
    assert root is not None
    model.load(parameters, buffers)
    for epoch in range(step.epochs):
        training = LocalTraining(
            epochs=1,
            batch_size=step.batch_size,
            lr=step.lr(epoch),
            momentum=0.0,
            weight_decay=0.0,
            hooks=() if step.clip is None else (GradientClipping(step.clip),),
        )
        train_locally(
            *(model, model.parameters.clone(), cohort.population.store, root, training),
            Stream(cohort.seed, epoch, _SERVER, purpose="fine-tuning-"),
            buffers=model.buffers.clone(),
            autocast=autocast,
        )
    return model.parameters.clone(), model.buffers.clone()
