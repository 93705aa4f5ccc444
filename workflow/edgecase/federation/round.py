"""The clients' part of a round: local training, and what attackers make of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from edgecase import attacks
from edgecase.attacks import LocalTraining, RoundView
from edgecase.base.tensor_norms import l2_norm
from edgecase.defenses import Rule
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


@dataclass(frozen=True)
class LocalRound:
    """What the participants of a cohort train in a round, and what attackers make of it.

    `jobs` are theirs, in order; `views` hold what each attacker sees of the round, by its number.
    """

    cohort: Cohort
    parameters: CellParameters
    jobs: list[LocalJob]
    views: Mapping[int, RoundView]

    @property
    def rule(self) -> Rule:
        """The server's rule over the coordinates that the cohort trains."""
        return split_rule(self.parameters.running_defense, self.cohort)[0]

    @cached_property
    def num_samples(self) -> torch.Tensor:
        """What each participant counts in the average [m], float64."""
        counts = torch.tensor(self._counts, dtype=torch.float64, device=self.cohort.start.device)
        return counts_as_published(
            counts, self.cohort.participants, self.cohort.population, self.parameters
        )

    @property
    def _counts(self) -> list[int]:
        population = self.cohort.population
        return [
            population.attacker_count if attacks_now else int(population.honest_counts[client])
            for client, attacks_now in self.cohort.participants
        ]

    def train_each(
        self, trainer: Trainer, rows: Sequence[int]
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor, float | None]]:
        """The update [P] that each participant in `rows` sends, its buffers [B], and an attacker's
        norm before it crafted the update."""
        jobs = [self.jobs[row] for row in rows]
        autocast = autocast_dtype(self.parameters.precision)
        found = trainer.each(self.cohort.population.store, jobs, autocast)
        for row, trained in zip(rows, found, strict=True):
            sent, norm = self.sent(trained.parameters[0].sub_(self.cohort.start), row)
            buffers = trained.buffers[0]
            del trained
            yield sent, buffers, norm
            del sent

    def sent(self, update: torch.Tensor, row: int) -> tuple[torch.Tensor, float | None]:
        """What participant `row` sends for its trained `update` [P]; and the norm of an attacker's
        before it was crafted, which no server sees."""
        participants = self.cohort.participants
        view = self.views.get(participants.ids[row])
        if view is None:
            return update, None
        assert self.parameters.attack is not None
        cohort = attacks.Cohort(
            sum(self._counts),
            self.cohort.population.attacker_count,
            len(participants.attackers),
            len(participants.ids),
        )
        norm = float(l2_norm(update))
        return self.parameters.attack.craft(update, cohort, view), norm


def local_rounds(
    trainer: Trainer, cohorts: Sequence[Cohort], parameters: CellParameters, round: int
) -> list[LocalRound]:
    """What each cohort trains in the round; attackers who train a reference have done so."""
    honest = parameters.honest_training(round)
    views = _views(trainer, cohorts, parameters, honest, round)
    rounds = []
    for cohort in cohorts:
        own = {client: view for (seed, client), view in views.items() if seed == cohort.seed}
        jobs = []
        for client, attacks_now in cohort.participants:
            stream = Stream(cohort.seed, round, client)
            if attacks_now:
                assert parameters.attack is not None
                training = parameters.attack.training(own[client])
                poisoned, anchor = cohort.population.attacker, own[client].reference
                job = LocalJob(cohort.start, poisoned, training, stream, anchor)
            else:
                samples = cohort.population.honest[client]
                job = LocalJob(cohort.start, samples, honest, stream)
            jobs.append(replace(job, buffers=cohort.buffers, view=cohort.view))
        rounds.append(LocalRound(cohort, parameters, jobs, own))
    return rounds


def train_participants(
    trainer: Trainer, cohorts: Sequence[Cohort], parameters: CellParameters, round: int
) -> list[Updates]:
    """Local training of every participant of the round, and what the attackers make of theirs.

    The cohorts are those of the seeds that run together; their populations share one store.
    """
    rounds = local_rounds(trainer, cohorts, parameters, round)
    jobs = [job for local in rounds for job in local.jobs]
    store = cohorts[0].population.store
    trained = trainer.train(store, jobs, autocast_dtype(parameters.precision))
    received, first = [], 0
    for local in rounds:
        last = first + len(local.jobs)
        updates, norms = trained.parameters[first:last].sub_(local.cohort.start), []
        for row, update in enumerate(updates):
            sent, norm = local.sent(update, row)
            if norm is not None:
                updates[row] = sent
                norms.append(norm)
        buffers = trained.buffers[first:last]
        received.append(Updates(updates, local.num_samples, buffers, tuple(norms)))
        first = last
    return received


def split_rule(rule: Rule, cohort: Cohort) -> tuple[Rule, float]:
    """The rule over the coordinates that the cohort trains, and the standard deviation of noise
    that goes to all coordinates instead."""
    return (rule, 0.0) if cohort.view is WHOLE else rule.split_noise()


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


def counts_as_published(
    num_samples: torch.Tensor,
    participants: Participants,
    population: Population,
    parameters: CellParameters,
) -> torch.Tensor:
    """The sample counts [m] that the released Multi-Krum averages by.

    It puts the attacker's count first in every round, also without attacker.
    """
    if (
        parameters.defense.name != "multi-krum"
        or parameters.switches.multi_krum_counts != "published"
        or not isinstance(parameters.mode, FixedFrequency)
        or parameters.attack is None
        or participants.attackers
    ):
        return num_samples
    shifted = num_samples.roll(1)
    shifted[0] = population.attacker_count
    return shifted
