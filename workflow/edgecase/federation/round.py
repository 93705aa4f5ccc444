"""The clients' part of a round: local training, and what attackers make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from edgecase import attacks
from edgecase.attacks import LocalTraining, RoundContext
from edgecase.federation.clients import Population
from edgecase.federation.local import LocalJob, Stream
from edgecase.federation.server import Updates
from edgecase.federation.trainer import Trainer
from edgecase.machine.precision import autocast_dtype
from edgecase.population.participation import Participants


def honest_training(parameters: Mapping, round: int) -> LocalTraining:
    """An honest client's training in `round`: learning rate lr · gamma^(t−1)."""
    return LocalTraining(
        epochs=parameters["local_epochs"],
        batch_size=parameters["batch_size"],
        lr=parameters["lr"] * parameters["gamma"] ** (round - 1),
        momentum=parameters["momentum"],
        weight_decay=parameters["weight_decay"],
    )


@dataclass(frozen=True)
class Cohort:
    """Who trains in a round of one seed, from the global model `start` [P] and `buffers` [B]."""

    seed: int
    start: torch.Tensor
    population: Population
    participants: Participants
    buffers: torch.Tensor | None = None


def train_participants(
    trainer: Trainer, cohorts: Sequence[Cohort], parameters: Mapping, round: int
) -> list[Updates]:
    """Local training of every participant of the round, and the attackers' replacement.

    The cohorts are those of the seeds that run together; their populations share one store.
    """
    store = cohorts[0].population.store
    honest = honest_training(parameters, round)
    context = RoundContext(round=round, defense=parameters["defense"]["name"])
    hostile = None
    if any(cohort.participants.attackers for cohort in cohorts):
        hostile = attacks.attacker_training(parameters["attack"], honest, parameters, context)
    anchors = _anchors(trainer, cohorts, honest, hostile, parameters, round)
    jobs = [
        LocalJob(
            cohort.start,
            cohort.population.attacker if attacks_now else cohort.population.honest[client],
            hostile if attacks_now else honest,
            Stream(cohort.seed, round, client),
            anchors.get((cohort.seed, client)),
            cohort.buffers,
        )
        for cohort in cohorts
        for client, attacks_now in cohort.participants
    ]
    trained = trainer.train(store, jobs, autocast_dtype(parameters["precision"]))
    received, first = [], 0
    for cohort in cohorts:
        last = first + len(cohort.participants.ids)
        updates = trained.parameters[first:last].sub_(cohort.start)
        buffers = trained.buffers[first:last]
        received.append(replace(_as_sent(updates, cohort, hostile, parameters), buffers=buffers))
        first = last
    return received


def _anchors(
    trainer: Trainer,
    cohorts: Sequence[Cohort],
    honest: LocalTraining,
    hostile: LocalTraining | None,
    parameters: Mapping,
    round: int,
) -> dict[tuple[int, int], torch.Tensor]:
    """(seed, attacker) → what honest training on its clean samples gives, for the prox attack."""
    if hostile is None or not hostile.is_anchored:
        return {}
    jobs = {
        (cohort.seed, client): LocalJob(
            cohort.start,
            cohort.population.attacker_clean,
            honest,
            Stream(cohort.seed, round, client, purpose="anchor-"),
            buffers=cohort.buffers,
        )
        for cohort in cohorts
        for client, attacks_now in cohort.participants
        if attacks_now
    }
    trained = trainer.train(
        cohorts[0].population.store, list(jobs.values()), autocast_dtype(parameters["precision"])
    )
    return dict(zip(jobs, trained.parameters, strict=True))


def _as_sent(
    updates: torch.Tensor, cohort: Cohort, hostile: LocalTraining | None, parameters: Mapping
) -> Updates:
    """The trained updates [m, P] and their sample counts; a replacing attacker's are scaled."""
    population, participants = cohort.population, cohort.participants
    counts = [
        population.attacker_count if attacks_now else population.honest_counts[client]
        for client, attacks_now in participants
    ]
    if hostile is not None and hostile.replaces_model and participants.attackers:
        shared = parameters["switches"]["pool_assumptions"] == "corrected"
        attackers = len(participants.attackers) if shared else 1
        factor = attacks.replacement_factor(sum(counts), attackers * population.attacker_count)
        for row, (_, attacks_now) in enumerate(participants):
            if attacks_now:
                updates[row] *= factor
    return Updates(updates, torch.tensor(counts, dtype=torch.float64, device=updates.device))


def counts_as_published(
    received: Updates, participants: Participants, population: Population, parameters: Mapping
) -> Updates:
    """What is received, with the sample counts that the released Multi-Krum averages by.

    It puts the attacker's count first in every round, also without attacker.
    """
    if (
        parameters["defense"]["name"] != "multi-krum"
        or parameters["switches"]["multi_krum_counts"] != "published"
        or not parameters["participation"].startswith("fixed-freq")
        or parameters["attack"] == attacks.NO_ATTACK
        or participants.attackers
    ):
        return received
    num_samples = received.num_samples.roll(1)
    num_samples[0] = population.attacker_count
    return replace(received, num_samples=num_samples)
