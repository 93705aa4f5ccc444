"""All rounds of one seed, one record per round."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from edgecase.attacks import NO_ATTACK
from edgecase.defenses import Aggregate
from edgecase.errors import SimulationError
from edgecase.federation.clients import Population
from edgecase.federation.evaluate import Accuracy, TestSets, evaluate
from edgecase.federation.flat import FlatModel
from edgecase.federation.participation import Participants, parse, sample_clients
from edgecase.federation.round import defend, train_participants


@dataclass(frozen=True)
class Classes:
    """How many classes a task has and which ones its columns watch."""

    count: int
    source: int
    target: int
    raw: int


@dataclass(frozen=True)
class RoundRecord:
    """One row of the rounds CSV and of the timing CSV (`edgecase.results`)."""

    values: dict[str, float | int | str | None]
    seconds: dict[str, float]


def simulate(
    model: FlatModel,
    start: torch.Tensor,
    population: Population,
    tests: TestSets,
    classes: Classes,
    parameters: Mapping,
    seed: int,
) -> Iterator[RoundRecord]:
    """Yield the record of the starting model `start` [P] (round 0), then of every round.

    `parameters` are a cell's resolved parameters (`edgecase.config`). Raises `SimulationError` if
    the model stops being finite, a defense breaks its promise, or, unless `diverged_clients` is
    "leave-out", a client's update is not finite.
    """
    autocast = torch.bfloat16 if parameters["precision"] == "bf16" else None
    current = start.clone()

    def accuracy() -> Accuracy:
        return evaluate(
            model,
            current,
            tests,
            num_classes=classes.count,
            batch_size=parameters["test_batch_size"],
            autocast=autocast,
        )

    began = time.perf_counter()
    norm = _norm(current)
    values = _accuracy_columns(accuracy(), classes)
    yield RoundRecord(
        values | _STARTING_ROW | {"fl_iter": 0, "wg_norm": norm},
        {"fl_iter": 0, "train_s": 0.0, "aggregate_s": 0.0, "evaluate_s": _since(began)},
    )
    for round in range(1, parameters["rounds"] + 1):
        participants = participants_of(parameters, round, seed)
        began = time.perf_counter()
        received = train_participants(
            model, current, population, participants, parameters, round, seed, autocast
        )
        _synchronise(model.device)
        trained = time.perf_counter()
        try:
            aggregate = defend(received, participants, population, parameters, round, seed)
            before, current = norm, current + aggregate.update
            norm = _norm(current)
        except SimulationError as error:
            clients = " ".join(map(str, participants.ids))
            raise SimulationError(
                f"seed {seed}, round {round}, participants {clients}: {error}"
            ) from error
        defended = time.perf_counter()
        values = _accuracy_columns(accuracy(), classes)
        values |= _round_columns(received.norms, aggregate, participants)
        values |= {
            "fl_iter": round,
            "wg_norm": before,
            "lr": parameters["lr"] * parameters["gamma"] ** (round - 1),
        }
        yield RoundRecord(
            values,
            {
                "fl_iter": round,
                "train_s": trained - began,
                "aggregate_s": defended - trained,
                "evaluate_s": _since(defended),
            },
        )


def participants_of(parameters: Mapping, round: int, seed: int) -> Participants:
    """Who takes part in `round`; the sampled honest clients do not depend on the attack."""
    num_clients, per_round = parameters["num_clients"], parameters["clients_per_round"]
    seated = parameters.get("seated_client")
    if parameters["attack"] == NO_ATTACK:
        sampled = sample_clients(round, num_clients, per_round, seed, seated)
        return Participants(sampled, frozenset())
    return parse(parameters["participation"]).participants(
        round, num_clients, per_round, seed, parameters["first_attack_round"], seated
    )


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


def _accuracy_columns(accuracy: Accuracy, classes: Classes) -> dict[str, float]:
    return {
        "main_task_acc": accuracy.main,
        "backdoor_acc": accuracy.backdoor,
        "raw_task_acc": accuracy.per_class[classes.raw],
        "source_class_acc": accuracy.per_class[classes.source],
        "target_class_acc": accuracy.per_class[classes.target],
    }


def _round_columns(
    norms: list[float], aggregate: Aggregate, participants: Participants
) -> dict[str, float | int | str | None]:
    diverged = [
        c for c, norm in zip(participants.ids, norms, strict=True) if not math.isfinite(norm)
    ]
    weights = aggregate.weights.tolist()
    clip_factors = aggregate.clip_factors.tolist()
    attacks = [client in participants.attackers for client in participants.ids]
    refused = [c for c, weight in zip(participants.ids, weights, strict=True) if weight == 0]
    accepted_attackers = sum(a and w > 0 for a, w in zip(attacks, weights, strict=True))
    return {
        "adv_norm_diff": _mean(n for n, a in zip(norms, attacks, strict=True) if a),
        "honest_norm_mean": _mean(n for n, a in zip(norms, attacks, strict=True) if not a),
        "num_clients": len(participants.ids),
        "num_attackers": len(participants.attackers),
        "num_accepted": len(participants.ids) - len(refused),
        "attacker_accepted": accepted_attackers if participants.attackers else None,
        "num_clipped": sum(factor < 1 for factor in clip_factors),
        "defense_iterations": aggregate.diagnostics.get("iterations", 0),
        "noise_norm": 0.0 if aggregate.noise is None else _norm(aggregate.noise),
        "client_ids": " ".join(map(str, participants.ids)),
        "refused_ids": " ".join(map(str, refused)),
        "diverged_ids": " ".join(map(str, diverged)),
    }


def _norm(vector: torch.Tensor) -> float:
    """The l2 norm; a parameter that is not finite ends the run."""
    norm = float(torch.linalg.vector_norm(vector, dtype=torch.float64))
    if not math.isfinite(norm):
        raise SimulationError("the global model is not finite")
    return norm


def _mean(values: Iterator[float]) -> float:
    """Mean of the finite values, 0 if there is none: diverged clients are in `diverged_ids`."""
    listed = [value for value in values if math.isfinite(value)]
    return sum(listed) / len(listed) if listed else 0.0


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _since(moment: float) -> float:
    return time.perf_counter() - moment
