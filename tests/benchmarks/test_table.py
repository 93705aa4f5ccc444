"""From timed rounds to rows."""

import pytest
from benchmarks.worker import NAIVE, Contestant, Turn

from benchmarks import table

PARAMETERS = {"task": "t", "attack": "blackbox", "precision": "fp32"}


def contestant(backend, precision="fp32"):
    return Contestant(PARAMETERS | {"precision": precision}, backend, 3, "cpu", 1, None, 8)


def turn(train, aggregate, evaluate, matrix_rate=1e9, memory=2**20):
    seconds = {"train_s": train, "aggregate_s": aggregate, "evaluate_s": evaluate}
    return Turn(seconds, matrix_rate, memory)


@pytest.fixture
def rows():
    contestants = [contestant(NAIVE), contestant("sequential", "bf16"), contestant("stacked-vmap")]
    outcomes = [
        [turn(8, 1, 3), turn(6, 2, 2), turn(9, 1, 3)],
        [turn(2, 0.5, 0.5, matrix_rate=4e9, memory=3 * 2**20), turn(4, 1, 1, 1e9, 9 * 2**20)],
        "does not fit",
    ]
    return table.rows(contestants, outcomes, steps=12, training_flops=4e9)


def test_medians_and_ratios(rows):
    naive, ours, _ = rows
    assert list(naive) == list(table.COLUMNS)
    # Round times 12, 10 and 13.
    assert (naive["n"], naive["round_s"], naive["times_naive"]) == (3, 12, 1)
    assert (naive["train_s"], naive["aggregate_s"], naive["evaluate_s"]) == (8, 1, 3)
    # Round times 3 and 6.
    assert (ours["round_s"], ours["times_naive"]) == (4.5, 12 / 4.5)
    assert ours["steps_per_s"] == 12 / 3
    assert ours["memory_mib"] == 3  # up to the end of the first round
    assert ours["matrix_tflops"] == pytest.approx(2.5e9 / 1e12)
    # 4e9 operations in 2 s and in 4 s: half of 4e9 per second, and all of 1e9.
    assert ours["of_matrix"] == pytest.approx((0.5 + 1.0) / 2)


def test_a_row_says_who_and_why_not(rows):
    *_, left_out = rows
    who = {"task": "t", "attackers": 1, "seeds": 3, "backend": "stacked-vmap", "precision": "fp32"}
    assert who.items() <= left_out.items()
    assert (left_out["n"], left_out["skipped"], left_out["round_s"]) == (0, "does not fit", None)


def test_without_the_naive_round_there_is_no_ratio():
    entered = [contestant(NAIVE), contestant("sequential")]
    _, ours = table.rows(entered, ["no such model", [turn(1, 1, 1)]], 1, 1.0)
    assert ours["times_naive"] is None
    assert "no such model" in table.to_markdown([ours | {"skipped": "no such model"}])


def test_markdown_has_a_line_per_row(rows):
    head, rule, *lines = table.to_markdown(rows).splitlines()
    assert len(lines) == len(rows)
    assert {line.count("|") for line in (head, rule, *lines)} == {15}
    assert "| sequential | bf16 | 2 | 3 | 0.75 | 0.75 | 4.5 | 2.67 | 4 | 3 | 75.0% |" in lines[1]
    assert "skipped: does not fit" in lines[2]
