"""The clients' part of a round: local training, and what attackers make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from edgecase import attacks
from edgecase.attacks import LocalTraining, RoundView
from edgecase.federation.clients import Population
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.parameters import CellParameters
from edgecase.federation.rows import WHOLE, View
from edgecase.federation.server import Updates
from edgecase.federation.trainer import Trainer
from edgecase.machine.precision import autocast_dtype
from edgecase.population.participation import FixedFrequency, Participants


@dataclass(frozen=True)
class Cohort:
    """Who trains in a round of one seed, from the global model `start` [P] and `buffers` [B].

    `last_aggregate` [P] is the server's last step, for an attack that sees it, and `backdoor` the
    backdoor accuracy last measured. `view` are the coordinates of the whole model that `start` is
    about.
    """

    seed: int
    start: torch.Tensor
    population: Population
    participants: Participants
    buffers: torch.Tensor | None = None
    last_aggregate: torch.Tensor | None = None
    view: View = WHOLE
    backdoor: float | None = None

    @property
    def samples(self) -> list[Samples]:
        """What anybody trains on in this round, the server included."""
        return self.population.samples_of(self.participants)


def train_participants(
    trainer: Trainer, cohorts: Sequence[Cohort], parameters: CellParameters, round: int
) -> list[Updates]:
    """Local training of every participant of the round, and what the attackers make of theirs.

    The cohorts are those of the seeds that run together; their populations share one store.
    """
    store = cohorts[0].population.store
    honest = parameters.honest_training(round)
    views = _views(trainer, cohorts, parameters, honest, round)
    jobs = []
    for cohort in cohorts:
        for client, attacks_now in cohort.participants:
            stream = Stream(cohort.seed, round, client)
            if attacks_now:
                assert parameters.attack is not None
                view = views[cohort.seed, client]
                training = parameters.attack.training(view)
                own = cohort.population.attacker
                job = LocalJob(cohort.start, own, training, stream, view.reference)
            else:
                own = cohort.population.honest[client]
                job = LocalJob(cohort.start, own, honest, stream)
            jobs.append(replace(job, buffers=cohort.buffers, view=cohort.view))
    trained = trainer.train(store, jobs, autocast_dtype(parameters.precision))
    received, first = [], 0
    for cohort in cohorts:
        last = first + len(cohort.participants.ids)
        updates = trained.parameters[first:last].sub_(cohort.start)
        sent = _as_sent(updates, cohort, views, parameters)
        received.append(replace(sent, buffers=trained.buffers[first:last]))
        first = last
    return received


def _views(
    trainer: Trainer,
    cohorts: Sequence[Cohort],
    parameters: CellParameters,
    honest: LocalTraining,
    round: int,
) -> dict[tuple[int, int], RoundView]:
    """(seed, attacker) → what the attacker sees of the round, a reference model with it if it
    trains one."""
    attackers = [
        (cohort, client)
        for cohort in cohorts
        for client, attacks_now in cohort.participants
        if attacks_now
    ]
    if not attackers or parameters.attack is None:
        return {}
    references: Sequence[torch.Tensor | None] = [None] * len(attackers)
    if parameters.attack.trains_reference:
        jobs = [
            LocalJob(
                cohort.start,
                cohort.population.attacker_clean,
                honest,
                Stream(cohort.seed, round, client, purpose="anchor-"),
                buffers=cohort.buffers,
                view=cohort.view,
            )
            for cohort, client in attackers
        ]
        store = cohorts[0].population.store
        trained = trainer.train(store, jobs, autocast_dtype(parameters.precision))
        references = trained.parameters.unbind()
    return {
        (cohort.seed, client): RoundView(
            round=round,
            honest=honest,
            decay=parameters.decay_in(round),
            defense=parameters.defense.name,
            global_model=cohort.start,
            last_aggregate=cohort.last_aggregate,
            reference=reference,
            backdoor=cohort.backdoor,
        )
        for (cohort, client), reference in zip(attackers, references, strict=True)
    }


def _as_sent(
    updates: torch.Tensor,
    cohort: Cohort,
    views: Mapping[tuple[int, int], RoundView],
    parameters: CellParameters,
) -> Updates:
    """The trained updates [m, P] and their sample counts; an attacker's as it crafts it."""
    population, participants = cohort.population, cohort.participants
    counts = [
        population.attacker_count if attacks_now else population.honest_counts[client]
        for client, attacks_now in participants
    ]
    samples = attacks.Cohort(
        sum(counts), population.attacker_count, len(participants.attackers), len(participants.ids)
    )
    trained = []
    for row, (client, attacks_now) in enumerate(participants):
        if attacks_now and parameters.attack is not None:
            trained.append(float(torch.linalg.vector_norm(updates[row])))
            view = views[cohort.seed, client]
            updates[row] = parameters.attack.craft(updates[row], samples, view)
    num_samples = torch.tensor(counts, dtype=torch.float64, device=updates.device)
    return Updates(updates, num_samples, trained_norms=tuple(trained))


def counts_as_published(
    received: Updates,
    participants: Participants,
    population: Population,
    parameters: CellParameters,
) -> Updates:
    """What is received, with the sample counts that the released Multi-Krum averages by.

    It puts the attacker's count first in every round, also without attacker.
    """
    if (
        parameters.defense.name != "multi-krum"
        or parameters.switches.multi_krum_counts != "published"
        or not isinstance(parameters.mode, FixedFrequency)
        or parameters.attack is None
        or participants.attackers
    ):
        return received
    num_samples = received.num_samples.roll(1)
    num_samples[0] = population.attacker_count
    return replace(received, num_samples=num_samples)
