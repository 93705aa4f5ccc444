"""All rounds of one seed, one record per round."""

import contextlib
import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch

from edgecase.base.errors import SimulationError
from edgecase.base.tensor_norms import l2_norm
from edgecase.defenses import Aggregate, Rule
from edgecase.defenses.marking import Mark
from edgecase.defenses.noise import add_noise
from edgecase.federation.asked import AskedModel
from edgecase.federation.clients import Population
from edgecase.federation.evaluate import Accuracy, TestSets, audit, evaluate
from edgecase.federation.fine_tuning import fine_tuned
from edgecase.federation.flat import FlatModel
from edgecase.federation.marking import marked
from edgecase.federation.norms import mean_of_finite, table_columns
from edgecase.federation.parameters import CellParameters
from edgecase.federation.photographs import PhotographStore
from edgecase.federation.receive import receive
from edgecase.federation.root import root_updates
from edgecase.federation.round import Cohort, split_rule
from edgecase.federation.rows import has_rows, rows_at, words_in
from edgecase.federation.server import Broadcast, Carried, Updates, defend
from edgecase.federation.state import SeedState
from edgecase.federation.stores import TokenStore
from edgecase.federation.trainer import Trainer
from edgecase.federation.vote import check_votes, voted_accuracies
from edgecase.machine.device import synchronise
from edgecase.machine.precision import autocast_dtype, matrix_products
from edgecase.population.participation import Participants, sample_clients


@dataclass(frozen=True)
class Classes:
    """How many classes a task has and which ones its columns watch: none of a text to predict."""

    count: int
    source: int | None
    target: int | None
    raw: int | None


NO_CLASSES = Classes(0, None, None, None)


@dataclass(frozen=True)
class RoundRecord:
    """One row of the rounds CSV and of the timing CSV (`edgecase.results.rounds`), and the global
    model `parameters` [P] after the round, with what the server carries beside it."""

    values: dict[str, float | int | str | None]
    seconds: dict[str, float]
    parameters: torch.Tensor
    carried: Carried

    @property
    def round(self) -> int:
        """Its number; 0 is the starting model's."""
        return cast(int, self.values["fl_iter"])


@dataclass(frozen=True)
class SeedRun:
    """One seed of a cell: its clients, its test sets and, if it has begun, how far it is.

    `whole` is the clean test set of which `tests` have a part, if it is tested now and then.
    """

    seed: int
    population: Population
    tests: TestSets
    begun: SeedState | None = None
    whole: TestSets | None = None

    @property
    def backdoor(self) -> float | None:
        """The backdoor accuracy last measured; None before the first."""
        reached = [] if self.begun is None else self.begun.reached
        found = [values["backdoor_acc"] for values, _ in reached]
        return next((value for value in reversed(found) if value is not None), None)

    def model(self, start: torch.Tensor) -> torch.Tensor:
        """The global model [P] that the seed goes on from: its own, or a copy of `start`."""
        if self.begun is None:
            return start.clone()
        assert self.begun.parameters is not None
        return self.begun.parameters.to(start)


def simulate(
    trainer: Trainer,
    start: torch.Tensor,
    runs: Sequence[SeedRun],
    classes: Classes,
    parameters: CellParameters,
    test_batch_size: int,
    start_buffers: torch.Tensor | None = None,
) -> Iterator[tuple[int, RoundRecord]]:
    """Yield (seed, record) for the starting model (round 0), then for every round.

    The starting model is `start` [P], with its `start_buffers` [B] if it has any. `test_batch_size`
    images are tested at once at most.

    All `runs` go through a round together, so that a stacked trainer has their clients in one
    batch; their populations share one store. A run that has begun goes on behind its last round,
    and those that are further wait for the others. Raises `SimulationError` if a model stops being
    finite, a defense breaks its promise, accuracies would be counted over other samples than
    stated, or, unless `diverged_clients` is "leave-out", a client's update is not finite.
    """
    stated = parameters.test_samples
    for run in runs:
        if stated not in (None, run.tests.num_clean):
            raise SimulationError(
                f"seed {run.seed}: {run.tests.num_clean} clean test samples; "
                f"test_samples is {stated}"
            )
    precision, rule = parameters.precision, parameters.running_defense
    for run in runs:
        check_votes(rule, run.tests, classes.count)
    sees_last = parameters.attack is not None and parameters.attack.sees_last_aggregate
    model = trainer.model

    def accuracy_on(
        tests: TestSets, current: torch.Tensor, buffers: torch.Tensor | None
    ) -> Accuracy:
        return evaluate(
            model,
            current,
            tests,
            num_classes=classes.count,
            batch_size=test_batch_size,
            buffers=buffers,
            autocast=autocast_dtype(precision),
            workers=trainer.workers,
        )

    def voted(
        run: SeedRun, current: torch.Tensor, buffers: torch.Tensor | None, round: int
    ) -> dict[str, float | None]:
        accuracies = voted_accuracies(
            *(model, current, run.tests, rule),
            Broadcast(run.seed, round).generator("votes", model.device),
            num_classes=classes.count,
            batch_size=test_batch_size,
            buffers=buffers,
            autocast=autocast_dtype(precision),
        )
        model.load(current, buffers)  # audits ask the model as it is
        return dict(zip(_NOT_VOTED, accuracies, strict=True))

    def measured(
        run: SeedRun, current: torch.Tensor, buffers: torch.Tensor | None, round: int
    ) -> dict[str, float | None]:
        values = _NOT_EVALUATED if run.whole is None else _NOT_EVALUATED | _NOT_WHOLLY
        if rule.voters()[0]:
            values = values | _NOT_VOTED
        with _placed(f"seed {run.seed}, round {round}"), matrix_products(precision):
            if run.whole is not None and parameters.is_wholly_tested(round):
                found = accuracy_on(run.whole, current, buffers)
                values = values | {"whole_task_acc": found.main}
            if parameters.is_evaluated(round):
                values = values | _accuracy_columns(
                    accuracy_on(run.tests, current, buffers), classes
                )
            if rule.voters()[0] and parameters.is_evaluated(round):
                values = values | voted(run, current, buffers, round)
            if round == parameters.rounds:
                values = values | audit(model, run.tests, autocast_dtype(precision))
        return values

    done = {run.seed: run.begun.round if run.begun else 0 for run in runs}
    current = {run.seed: run.model(start) for run in runs}
    carried = {
        run.seed: Carried.of(run.begun.carried, start.device)
        if run.begun
        else Carried(start_buffers)
        for run in runs
    }
    norms = {seed: _norm(model) for seed, model in current.items()}
    backdoor = {run.seed: run.backdoor for run in runs}
    for run in runs:
        if run.begun:
            continue
        began = time.perf_counter()
        tested = measured(run, start, start_buffers, 0)
        values = tested | _STARTING_ROW | ({} if rule.marking is None else _NOT_MARKED)
        values = values | {"fl_iter": 0, "wg_norm": norms[run.seed]} | table_columns(model, start)
        seconds = {"train_s": 0.0, "aggregate_s": 0.0, "evaluate_s": _since(began), "fl_iter": 0}
        backdoor[run.seed] = tested["backdoor_acc"]
        yield run.seed, RoundRecord(values, seconds, start, carried[run.seed])
    for round in range(min(done.values(), default=parameters.rounds) + 1, parameters.rounds + 1):
        together = [run for run in runs if done[run.seed] < round]
        began = time.perf_counter()
        _fetch_ahead(together, parameters, round)
        with matrix_products(precision):
            sent = [
                _prepared(
                    *(model, rule, run.population, current[run.seed], carried[run.seed]),
                    *(run.seed, round, autocast_dtype(precision)),
                )
                for run in together
            ]
        cohorts = [
            _trained_alone(
                model,
                rule,
                Cohort(
                    run.seed,
                    start,
                    run.population,
                    participants_of(parameters, round, run.seed),
                    carried[run.seed].buffers,
                    carried[run.seed].last_aggregate,
                    backdoor=backdoor[run.seed],
                ),
            )
            for run, (start, _) in zip(together, sent, strict=True)
        ]
        with matrix_products(precision):
            received = receive(trainer, cohorts, parameters, round)
            roots: Sequence[torch.Tensor | None] = [None] * len(cohorts)
            if rule.trains_root:
                roots = root_updates(
                    trainer,
                    cohorts,
                    parameters.root_training(round),
                    round,
                    autocast_dtype(precision),
                )
        synchronise(model.device)
        # Clients of all seeds train at once: each seed is charged an equal part.
        train_s = _since(began) / len(together)
        for run, cohort, updates, root, (_, mark) in zip(
            together, cohorts, received, roots, sent, strict=True
        ):
            began = time.perf_counter()
            broadcast = Broadcast(
                *(run.seed, round, cohort.start, carried[run.seed].memory, root),
                last_layer=model.last_layer,
                statistics=model.statistics,
                network=AskedModel(
                    model, cohort.population.store.example(model.dtype), cohort.buffers
                ),
                mark=mark,
            )
            aggregate, after, norm, noise = _step(rule, cohort, updates, broadcast, parameters)
            if rule.noisy_broadcast:
                noise = _norm(cohort.start - current[run.seed])
            buffers = cohort.buffers if aggregate.buffers is None else aggregate.buffers
            if round == parameters.rounds and rule.fine_tuning is not None:
                with matrix_products(precision):
                    after, buffers = fine_tuned(
                        *(model, cohort, rule.fine_tuning, after, buffers),
                        autocast_dtype(precision),
                    )
                norm = _norm(after)
            seen = aggregate.update if sees_last else None
            carried[run.seed] = Carried(buffers, aggregate.memory, seen)
            aggregate_s = _since(began)
            began = time.perf_counter()
            values = measured(run, after, buffers, round)
            if parameters.is_evaluated(round):
                backdoor[run.seed] = values["backdoor_acc"]
            values = values | _round_columns(updates, aggregate, cohort.participants)
            if rule.marking is not None:
                values = values | (
                    _NOT_MARKED if mark is None else _mark_columns(updates, aggregate)
                )
            values = values | {
                "noise_norm": noise,
                "fl_iter": round,
                "wg_norm": norms[run.seed],
                "lr": parameters.lr_in(round),
                **table_columns(model, current[run.seed], updates.norms, updates.trained_norms),
            }
            current[run.seed], norms[run.seed] = after, norm
            yield (
                run.seed,
                RoundRecord(
                    values,
                    {
                        "fl_iter": round,
                        "train_s": train_s,
                        "aggregate_s": aggregate_s,
                        "evaluate_s": _since(began),
                    },
                    after,
                    carried[run.seed],
                ),
            )


def _fetch_ahead(runs: Sequence[SeedRun], parameters: CellParameters, round: int) -> None:
    """Have the files read that this round's participants and the next one's train on."""
    store = runs[0].population.store
    if isinstance(store, PhotographStore):
        rounds = range(round, min(round + 1, parameters.rounds) + 1)
        store.expect(
            [
                samples.index
                for number in rounds
                for run in runs
                for samples in run.population.samples_of(
                    participants_of(parameters, number, run.seed)
                )
            ]
        )


def _prepared(
    model: FlatModel,
    rule: Rule,
    population: Population,
    current: torch.Tensor,
    carried: Carried,
    seed: int,
    round: int,
    autocast: torch.dtype | None,
) -> tuple[torch.Tensor, Mark | None]:
    """The model [P] that the server sends in `round` instead of the `current` one, and its mark."""
    generator = Broadcast(seed, round).generator("prepare", current.device)
    prepared = rule.prepare(current, carried.memory, generator)
    if rule.marking is None or not rule.marking.is_due(round):
        return prepared, None
    assert population.marks is not None
    return marked(
        *(model, prepared, carried.buffers, population.marks, rule.marking),
        *(seed, round, autocast),
    )


def _trained_alone(model: FlatModel, rule: Rule, cohort: Cohort) -> Cohort:
    """The cohort, over the coordinates that it trains where model and rule know of no others."""
    if not (has_rows(model) and rule.sparse) or cohort.last_aggregate is not None:
        return cohort
    store = cohort.population.store
    assert isinstance(store, TokenStore)
    words = words_in([store.tokens[samples.index] for samples in cohort.samples])
    view = rows_at(model, words, cohort.start)
    return replace(cohort, start=view.narrow(cohort.start), view=view)


def _step(
    rule: Rule, cohort: Cohort, updates: Updates, broadcast: Broadcast, parameters: CellParameters
) -> tuple[Aggregate, torch.Tensor, float, float]:
    """The aggregate of a seed's round, the next global model, its norm and that of the noise."""
    clients = " ".join(map(str, cohort.participants.ids))
    part, stddev = split_rule(rule, cohort)
    with _placed(f"seed {cohort.seed}, round {broadcast.round}, participants {clients}"):
        aggregate = defend(
            part,
            updates,
            cohort.participants.ids,
            broadcast,
            leave_out_diverged=parameters.diverged_clients == "leave-out",
        )
        after = cohort.view.widen(cohort.start + aggregate.update)
        noise = 0.0 if aggregate.noise is None else _norm(aggregate.noise)
        if stddev:
            noise = add_noise(after, stddev, broadcast.generator("noise", after.device))
        if broadcast.round == parameters.rounds:
            generator = broadcast.generator("finish", after.device)
            after = rule.after_last_round(after, aggregate.memory, generator)
        return aggregate, after, _norm(after), noise


@contextlib.contextmanager
def _placed(where: str) -> Generator[None]:
    """Say where it was that a promise was broken."""
    try:
        yield
    except SimulationError as error:
        raise SimulationError(f"{where}: {error}") from error


def participants_of(parameters: CellParameters, round: int, seed: int) -> Participants:
    """Who takes part in `round`; the sampled honest clients do not depend on the attack."""
    num_clients, per_round = parameters.num_clients, parameters.clients_per_round
    seated, first = parameters.seated_client, parameters.first_attack_round
    if first is None:
        return Participants(
            sample_clients(round, num_clients, per_round, seed, seated), frozenset()
        )
    return parameters.mode.participants(round, num_clients, per_round, seed, first, seated)


_STARTING_ROW: dict[str, float | int | str | None] = {
    "adv_norm_diff": 0.0,
    "honest_norm_mean": 0.0,
    "lr": 0.0,
    "num_clients": 0,
    "num_attackers": 0,
    "num_accepted": 0,
    "attacker_accepted": None,
    "num_clipped": 0,
    "defense_iterations": 0,
    "noise_norm": 0.0,
    "client_ids": "",
    "refused_ids": "",
    "diverged_ids": "",
}


_NOT_EVALUATED: dict[str, float | None] = dict.fromkeys(
    ("main_task_acc", "backdoor_acc", "raw_task_acc", "source_class_acc", "target_class_acc")
)
_NOT_VOTED: dict[str, float | None] = dict.fromkeys(("voted_task_acc", "voted_backdoor_acc"))
_NOT_MARKED: dict[str, float | str | None] = {"mark_acc": None, "mark_accs": "", "mark_classes": ""}
_NOT_WHOLLY: dict[str, float | None] = {"whole_task_acc": None}


def _accuracy_columns(accuracy: Accuracy, classes: Classes) -> dict[str, float | None]:
    return {
        "main_task_acc": accuracy.main,
        "backdoor_acc": accuracy.backdoor,
        "raw_task_acc": accuracy.of_class(classes.raw),
        "source_class_acc": accuracy.of_class(classes.source),
        "target_class_acc": accuracy.of_class(classes.target),
    }


def _round_columns(
    updates: Updates, aggregate: Aggregate, participants: Participants
) -> dict[str, float | int | str | None]:
    norms = updates.norms
    diverged = [c for c, ok in zip(participants.ids, updates.finite, strict=True) if not ok]
    accepted = aggregate.accepted.tolist()
    clip_factors = [] if aggregate.clip_factors is None else aggregate.clip_factors.tolist()
    attacks = [client in participants.attackers for client in participants.ids]
    refused = [c for c, kept in zip(participants.ids, accepted, strict=True) if not kept]
    accepted_attackers = sum(a and kept for a, kept in zip(attacks, accepted, strict=True))
    return {
        "adv_norm_diff": mean_of_finite(n for n, a in zip(norms, attacks, strict=True) if a),
        "honest_norm_mean": mean_of_finite(n for n, a in zip(norms, attacks, strict=True) if not a),
        "num_clients": len(participants.ids),
        "num_attackers": len(participants.attackers),
        "num_accepted": len(participants.ids) - len(refused),
        "attacker_accepted": accepted_attackers if participants.attackers else None,
        "num_clipped": sum(factor < 1 for factor in clip_factors),
        "defense_iterations": aggregate.diagnostics.get("iterations", 0),
        "client_ids": " ".join(map(str, participants.ids)),
        "refused_ids": " ".join(map(str, refused)),
        "diverged_ids": " ".join(map(str, diverged)),
    }


def _mark_columns(updates: Updates, aggregate: Aggregate) -> dict[str, float | str | None]:
    """What the model as sent and those of the participants know of the mark.

    Empty of who has diverged, and where averages of clients took the place of these.
    """
    found = aggregate.diagnostics
    columns: dict[str, float | str | None] = {"mark_acc": found.get("mark_acc")}
    for name, form in (("mark_accs", ".9g"), ("mark_classes", "d")):
        values = found.get(name, ())
        own = iter(values)
        fits = len(values) == sum(updates.finite)
        texts = [format(next(own), form) if fits and ok else "-" for ok in updates.finite]
        columns[name] = " ".join(texts) if fits else ""
    return columns


def _norm(vector: torch.Tensor) -> float:
    """The l2 norm; a parameter that is not finite ends the run."""
    norm = l2_norm(vector).item()
    if not math.isfinite(norm):
        raise SimulationError("the global model is not finite")
    return norm


def _since(moment: float) -> float:
    return time.perf_counter() - moment
