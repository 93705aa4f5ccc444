"""Define every column of every CSV that a cell writes, once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edgecase.base.errors import DataError
from edgecase.base.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

#: column → (what it means, unit); the first six are the authors' names, in their order.
ROUND_COLUMNS = {
    "fl_iter": "round; 0 is the measured starting model",
    "main_task_acc": "accuracy on the clean test set after the round, %; of words, all of them",
    "backdoor_acc": "share of edge-case test inputs that get the attacker's label, %",
    "raw_task_acc": "accuracy on the class the authors watch (truck on CIFAR-10, 7 on digits), %",
    "adv_norm_diff": "mean over the round's attackers of ‖w − w_t‖ as sent, before the defense",
    "wg_norm": "‖w_t‖, the global model before the round",
    "source_class_acc": "clean accuracy on the class the edge cases belong to, %",
    "target_class_acc": "clean accuracy on the class the attacker wants, %",
    "honest_norm_mean": "mean over the round's honest clients of ‖w − w_t‖",
    "lr": "honest clients' learning rate in the round",
    "num_clients": "participants of the round, attackers included",
    "num_attackers": "attackers among them",
    "num_accepted": "participants whose update has a weight above 0 in the aggregate",
    "attacker_accepted": "attackers among the accepted; empty without an attacker",
    "num_clipped": "participants whose update was scaled down",
    "defense_iterations": "Weiszfeld iterations (rfa), else 0",
    "noise_norm": (
        "norm of the noise in the average (weak-dp, flame) or the model sent (crfl), else 0"
    ),
    "client_ids": "ids of the participants, in order; -1 is the extra attacker of fixed-freq",
    "refused_ids": "ids of the participants whose weight is 0",
    "diverged_ids": "ids of the refused whose update was not finite",
}

#: what a task with `whole_test_every` has besides, behind the others.
WHOLE_COLUMNS = {
    "whole_task_acc": "accuracy on the whole clean test set, %; empty where it is not tested",
}

#: what a rule with votes has besides, behind those.
VOTED_COLUMNS = {
    "voted_task_acc": "accuracy of the copies' vote on the clean test set, %; empty if not tested",
    "voted_backdoor_acc": "share of edge-case test inputs that the vote gives that label, %",
}

#: what a rule that marks the model has besides, behind those; empty in a round without a mark.
MARK_COLUMNS = {
    "mark_acc": "accuracy of the marked model on the class of the mark that it knows best, %",
    "mark_accs": (
        "the same of each participant's model, in the order of `client_ids`; - of who diverged"
    ),
    "mark_classes": "those classes",
}

#: what a model with a table of words has besides, behind all others.
TABLE_COLUMNS = {
    "adv_norm_diff_bs": "as `adv_norm_diff`, before replacement",
    "wg_norm_dense": "‖w_t‖ without the table of words",
    "client_norms": "‖w − w_t‖ of each participant as sent, in the order of `client_ids`",
}

#: wall time per round, kept apart so that the CSVs of equal runs are equal.
TIMING_COLUMNS = {
    "fl_iter": "round",
    "train_s": "local training of all participants, seconds",
    "aggregate_s": "defense and average, seconds",
    "evaluate_s": "both test sets, seconds",
}

#: the six axes that name a cell, in the order of its path.
CELL_AXES = ("task", "participation", "case", "attack", "defense", "override")

#: lists of ids, joined by spaces.
TEXT_COLUMNS = ("client_ids", "refused_ids", "diverged_ids")

_MARK_TEXTS = ("mark_accs", "mark_classes")

#: empty in a round that is not evaluated (`evaluate_every`), all of them
_ACCURACIES = [name for name in ROUND_COLUMNS if name.endswith("_acc")]
#: those that are empty in every round of a task without classes
_OF_CLASSES = ["raw_task_acc", "source_class_acc", "target_class_acc"]


def columns_of(row: Mapping[str, object]) -> list[str]:
    """The columns of a seed's CSV, by one of its rounds."""
    further = (*WHOLE_COLUMNS, *VOTED_COLUMNS, *MARK_COLUMNS, *TABLE_COLUMNS)
    return [*ROUND_COLUMNS, *(name for name in further if name in row)]


def csv_line(values: Iterable[object]) -> str:
    """A line of CSV; nine digits tell every float32 apart, and None is an empty field.

    >>> csv_line([1, None, 0.1, "3 4"])
    '1,,0.1,3 4\\n'
    """
    line = io.StringIO()
    fields = [f"{value:.9g}" if isinstance(value, float) else value for value in values]
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue()


def read_rounds(path: str | Path, rounds: int | None = None) -> pd.DataFrame:
    """One seed's rounds, checked: columns, numbers, and rounds 0 … `rounds` each exactly once.

    A round that was not evaluated has none of the five accuracies, or of the two of a task without
    classes; the first and the last row have them. `WHOLE_COLUMNS`, `VOTED_COLUMNS`, `MARK_COLUMNS`
    and those of a model with a table of words may follow. Raises `DataError`, naming the file, if a
    column, a row or a number is missing, or the end of the last line: one cut inside its last
    columns still parses.
    """
    texts = dict.fromkeys((*TEXT_COLUMNS, "client_norms", *_MARK_TEXTS), "string")
    table = read_table(path, "CSV of rounds", ROUND_COLUMNS, types=texts, more=True)
    further = list(table.columns[len(ROUND_COLUMNS) :])
    for group in (WHOLE_COLUMNS, VOTED_COLUMNS):
        if further[: len(group)] == list(group):
            further = further[len(group) :]
            _check_now_and_then(path, table[list(group)])
    if further[: len(MARK_COLUMNS)] == list(MARK_COLUMNS):
        further = further[len(MARK_COLUMNS) :]
        _check_marks(path, table["mark_acc"])
    if further:
        if further != list(TABLE_COLUMNS):
            raise DataError(
                f"{path}: column {further[0]} is unknown; expected {', '.join(ROUND_COLUMNS)}, "
                f"with `whole_test_every` {', '.join(WHOLE_COLUMNS)}, with votes "
                f"{', '.join(VOTED_COLUMNS)}, with a mark {', '.join(MARK_COLUMNS)}, "
                "and for a model with a table of words "
                f"{', '.join(TABLE_COLUMNS)}"
            )
        for name in further:
            if name != "client_norms" and table[name].isna().any():
                raise DataError(f"{path}: column {name} has an empty or non-numeric value")
    evaluated = check_numbers(path, table)
    expected = list(range(len(table) if rounds is None else rounds + 1))
    if not expected or table["fl_iter"].tolist() != expected:
        last = expected[-1] if expected else 0
        raise DataError(
            f"{path}: holds {len(table)} rows; expected rounds 0 to {last}, each once and in order "
            "(cut off?)"
        )
    if not evaluated.iloc[[0, -1]].all():
        raise DataError(
            f"{path}: its first or last round has no accuracies; expected them in both (cut off?)"
        )
    return table


def _check_now_and_then(path: str | Path, accuracies: pd.DataFrame) -> None:
    """Raise `DataError` for an accuracy that is no percentage, or missing at an end."""
    for name, values in accuracies.items():
        if not (values.isna() | values.between(0, 100)).all() or values.iloc[[0, -1]].isna().any():
            raise DataError(
                f"{path}: column {name} is outside 0 to 100 %, or empty in the first or last round"
            )


def _check_marks(path: str | Path, accuracies: pd.Series) -> None:
    """Raise `DataError` for what a mark is known by that is no percentage."""
    numeric = accuracies.dtype.kind in "iuf"
    if not (numeric and (accuracies.isna() | accuracies.between(0, 100)).all()):
        raise DataError(f"{path}: column {accuracies.name} is outside 0 to 100 %")


def read_timing(path: str | Path, rounds: int | None = None) -> pd.DataFrame:
    """One seed's wall times; `DataError`, naming the file, if their rounds are not 0 … `rounds`."""
    numbers = dict.fromkeys(TIMING_COLUMNS, "float64")
    table = read_table(path, "CSV of seconds", TIMING_COLUMNS, types=numbers)
    if rounds is not None and table["fl_iter"].tolist() != list(range(rounds + 1)):
        raise DataError(f"{path}: is not the wall times of rounds 0 to {rounds} (cut off?)")
    return table


def check_numbers(path: str | Path, table: pd.DataFrame) -> pd.Series:
    """Which rows of rounds have accuracies, as truth values.

    Raises `DataError`, naming file and column, for a number that is missing or is none, an accuracy
    that is no percentage, or a row with some accuracies and not the others. A task without classes
    has none of their columns in any row.
    """
    for name in [name for name in ROUND_COLUMNS if name not in TEXT_COLUMNS]:
        gaps = name not in (*_ACCURACIES, "attacker_accepted") and table[name].isna().any()
        if gaps or table[name].dtype.kind not in "iuf":
            raise DataError(f"{path}: column {name} has an empty or non-numeric value")
    accuracies = table[_ACCURACIES]
    if ((accuracies < 0) | (accuracies > 100)).any(axis=None):
        raise DataError(f"{path}: an accuracy is outside 0 to 100 %")
    evaluated = accuracies.notna().any(axis=1)
    tasks = table["task"] if "task" in table else evaluated.map(lambda _: "")
    has_classes = accuracies[_OF_CLASSES].notna().any(axis=1).groupby(tasks).transform("any")
    for name in _ACCURACIES:
        expected = evaluated & (has_classes | (name not in _OF_CLASSES))
        for row in table.index[expected & accuracies[name].isna()]:
            raise DataError(
                f"{path}: column {name} is empty in round {table['fl_iter'][row]:g}, which has "
                "other accuracies; expected all or none of them"
            )
    return evaluated
