"""Turn timed rounds into rows, and rows into text."""

import statistics
from collections.abc import Sequence

from benchmarks.measure import PHASES
from benchmarks.race import Outcome
from benchmarks.worker import NAIVE, Contestant, Turn
from edgecase.attacks import NO_ATTACK

#: column → meaning; times are of one round of one seed, and every number is a median over `n`.
COLUMNS = {
    "task": "what `--tasks` names",
    "attackers": "attackers among the round's participants",
    "seeds": "seeds that run together",
    "backend": "`naive`, `pfl-research` or a back-end of local training",
    "precision": "`fp32`, `tf32` or `bf16` for forward and backward passes",
    "n": "timed rounds",
    "train_s": "seconds of local training",
    "aggregate_s": "seconds of the server's average",
    "evaluate_s": "seconds of the clean and the backdoor test set",
    "round_s": "seconds of all three",
    "times_naive": "`round_s` of `naive` with the same task, attackers and seeds, over `round_s`",
    "client_steps": "SGD steps of all participants",
    "steps_per_s": "`client_steps` over `train_s`",
    "memory_mib": "peak memory in MiB: on a GPU of tensors, on a CPU what the process grew by",
    "training_flops": "floating-point operations of local training",
    "matrix_tflops": "10¹² operations per second of a large matrix product in this precision, "
    "right after each round",
    "of_matrix": "operations per second of local training over those of that product",
    "skipped": "why there is no measurement",
}

Row = dict[str, str | int | float | None]


def rows(
    contestants: Sequence[Contestant],
    outcomes: Sequence[Outcome],
    steps: int,
    training_flops: float,
) -> list[Row]:
    """The rows of one case: contestants with the same task, attackers and seeds.

    A seed's round takes `steps` SGD steps and `training_flops` operations.
    """
    pairs = list(zip(contestants, outcomes, strict=True))
    (naive,) = (turns for one, turns in pairs if one.backend == NAIVE)
    compared = None if isinstance(naive, str) else _median_round(naive)
    return [_row(one, found, compared, steps, training_flops) for one, found in pairs]


def identity(one: Contestant) -> Row:
    """The columns that tell a row from all others."""
    return {
        "task": one.parameters["task"],
        "attackers": int(one.parameters["attack"] != NO_ATTACK),
        "seeds": one.seeds,
        "backend": one.backend,
        "precision": one.parameters["precision"],
    }


def to_markdown(listed: Sequence[Row]) -> str:
    """The rows as a table to read."""
    head = [
        *("task", "attackers", "seeds", "back-end", "precision", "n", "train s", "aggregate s"),
        *("evaluate s", "round s", "× naive", "steps/s", "peak MiB", "of matrix product"),
    ]
    return _markdown(head, [_shown(row) for row in listed])


def agreement_to_markdown(listed: Sequence[Row]) -> str:
    """The rows of `agreement.compare` as a table to read."""
    head = ["task", "scale", "seeds", "back-end", "dtype", "largest difference", "largest update"]
    return _markdown(
        head,
        [
            [f"{value:.2g}" if isinstance(value, float) else str(value) for value in row.values()]
            for row in listed
        ],
    )


def _median_round(turns: Sequence[Turn]) -> float:
    return statistics.median(sum(turn.seconds.values()) for turn in turns)


def _row(
    one: Contestant, found: Outcome, naive: float | None, steps: int, training_flops: float
) -> Row:
    row = dict.fromkeys(COLUMNS) | identity(one)
    row |= {"n": 0, "client_steps": steps, "training_flops": training_flops}
    if isinstance(found, str):
        return row | {"skipped": found}
    phases = {phase: statistics.median(turn.seconds[phase] for turn in found) for phase in PHASES}
    round_s = _median_round(found)
    return (
        row
        | phases
        | {
            "n": len(found),
            "round_s": round_s,
            "times_naive": None if naive is None else naive / round_s,
            "steps_per_s": steps / phases["train_s"],
            "memory_mib": found[0].memory / 2**20,
            "matrix_tflops": statistics.median(turn.matrix_rate for turn in found) / 1e12,
            "of_matrix": statistics.median(
                training_flops / turn.seconds["train_s"] / turn.matrix_rate for turn in found
            ),
        }
    )


def _shown(row: Row) -> list[str]:
    who = [str(row[name]) for name in ("task", "attackers", "seeds", "backend", "precision", "n")]
    if row["skipped"]:
        return [*who, f"skipped: {row['skipped']}", *[""] * 7]
    seconds = [f"{row[phase]:.3g}" for phase in (*PHASES, "round_s")]
    return [
        *who,
        *seconds,
        "" if row["times_naive"] is None else f"{row['times_naive']:.2f}",
        f"{row['steps_per_s']:.3g}",
        f"{row['memory_mib']:.0f}",
        f"{row['of_matrix']:.1%}",
    ]


def _markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
