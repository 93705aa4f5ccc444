"""One federated round: train, defend, average."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from edgecase import attacks, defenses
from edgecase.attacks import LocalTraining, RoundContext
from edgecase.base.errors import SimulationError
from edgecase.base.tensor_randomness import torch_generator
from edgecase.defenses import Aggregate
from edgecase.federation.clients import Population
from edgecase.federation.local import LocalJob, Stream
from edgecase.federation.trainer import Trainer
from edgecase.machine.precision import autocast_dtype
from edgecase.population.participation import Participants


@dataclass(frozen=True)
class Updates:
    """What the server receives: `updates` [m, P] = w_i − w_t as sent, and sample counts [m].

    `buffers` [m, B] are the clients' own, whole and unscaled; None for a model without any.
    """

    updates: torch.Tensor
    num_samples: torch.Tensor
    buffers: torch.Tensor | None = None

    @cached_property
    def norms(self) -> list[float]:
        """l2 norm of each update; NaN or infinity tells a client that has diverged."""
        return torch.linalg.vector_norm(self.updates, dim=1).tolist()


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


def defend(
    received: Updates,
    participants: Participants,
    population: Population,
    parameters: Mapping,
    round: int,
    seed: int,
) -> Aggregate:
    """Aggregate the updates with the cell's defense; its postconditions hold or the run stops.

    A client whose update is not finite has diverged. `SimulationError` names it or, where
    `diverged_clients` is "leave-out", it has weight 0 and the defense sees the rest. If these are
    too few for it, the global model stays as it is.
    """
    finite = [math.isfinite(norm) for norm in received.norms]
    if not all(finite):
        lost = [client for client, ok in zip(participants.ids, finite, strict=True) if not ok]
        if parameters.get("diverged_clients", "stop") == "stop":
            clients = ", ".join(map(str, lost))
            raise SimulationError(
                f"the updates of clients {clients} hold NaN or infinity "
                "(diverged_clients: leave-out goes on without them)"
            )
    name = parameters["defense"]["name"]
    options = {key: value for key, value in parameters["defense"].items() if key != "name"}
    num_samples = received.num_samples
    if (
        name == "multi-krum"
        and parameters["switches"]["multi_krum_counts"] == "published"
        and parameters["participation"].startswith("fixed-freq")
        and parameters["attack"] != attacks.NO_ATTACK
        and not participants.attackers
    ):
        # The released code puts the attacker's count first in every round, also without attacker.
        num_samples = num_samples.roll(1)
        num_samples[0] = population.attacker_count
    generator = torch_generator(seed, "noise", round, device=received.updates.device)
    kept = torch.tensor(finite, device=received.updates.device)
    updates = received.updates if all(finite) else received.updates[kept]
    if len(updates) < defenses.minimum_clients(name, options):
        return _nothing(received.updates)
    try:
        result = defenses.aggregate(
            name, updates, num_samples[kept], generator=generator, **options
        )
        defenses.check_postconditions(name, result, updates, options)
    except SimulationError as error:
        if not error.rows:
            raise
        clients = [client for client, ok in zip(participants.ids, finite, strict=True) if ok]
        named = ", ".join(f"{clients[row]} (row {row})" for row in error.rows)
        raise SimulationError(f"{error}; clients: {named}") from error
    return result if all(finite) else _spread(result, kept)


def _nothing(updates: torch.Tensor) -> Aggregate:
    """The aggregate of a round in which nobody is left: the global model stays."""
    none = torch.zeros(len(updates), dtype=torch.float64, device=updates.device)
    return Aggregate(torch.zeros_like(updates[0]), none, torch.ones_like(none), None, {})


def _spread(result: Aggregate, kept: torch.Tensor) -> Aggregate:
    """`result` over the `kept` of the round's updates as one over all of them; the rest weigh 0."""
    weights = torch.zeros(len(kept), dtype=torch.float64, device=kept.device)
    factors = torch.ones_like(weights)
    weights[kept], factors[kept] = result.weights, result.clip_factors
    return replace(result, weights=weights, clip_factors=factors)
