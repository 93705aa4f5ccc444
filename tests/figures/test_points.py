import pandas as pd
import pytest
from tests.figures.made_up import cell, with_parameters

from edgecase.analysis import summary
from edgecase.base.errors import DataError
from edgecase.figures import points


def test_last_rounds_by_hand():
    """Backdoor = 0.5 · round + seed, 120 rounds: rounds 71 … 120."""
    reached = points.reached(
        cell(seeds=(0, 2, 4), rounds=120, slope=0.5), points.last("backdoor_acc")
    )
    mean = 0.5 * (71 + 120) / 2 + 2
    assert reached.tolist() == pytest.approx([3, mean, mean - 2, mean + 2])


def test_seeds_without_an_attack_do_not_count():
    table = cell(seeds=(0, 2, 4), backdoor=10.0)
    table.loc[table["seed"] == 2, "num_attackers"] = 0
    measure = points.last("backdoor_acc")
    assert points.reached(table, measure).tolist() == [2, 12, 10, 14]
    assert points.reached(table[table["seed"] == 2], measure)[["n", "mean"]].isna().tolist() == [
        False,
        True,
    ]


def test_norm_and_acceptance_count_rounds_with_an_attacker():
    table = cell(rounds=30)
    table.loc[table["fl_iter"] == 11, "attacker_accepted"] = 0
    assert points.reached(table, points.attack_norm)["mean"] == 2.5
    # Attackers in rounds 1, 11 and 21; the one of round 11 is refused.
    assert points.reached(table, points.accepted_share)["mean"] == pytest.approx(200 / 3)


def test_no_attacker_has_no_norm_and_no_acceptance():
    table = cell(attack="none")
    for measure in (points.attack_norm, points.accepted_share):
        assert pd.isna(points.reached(table, measure)["mean"])


def test_starting_model_does_not_count():
    table = cell(rounds=1)
    table.loc[table["fl_iter"] == 0, "backdoor_acc"] = 100.0
    assert points.reached(table, points.last("backdoor_acc"))["mean"] == 0.0


def test_cells_are_in_rising_order_and_one_for_each_value():
    table = pd.concat(
        with_parameters(cell(override=f"eps-{eps}", backdoor=eps), eps=eps)
        for eps in (4.0, 0.5, 2.0)
    )
    found = points.along(points.by_value(table, "eps", "f"), points.last("backdoor_acc"))
    assert found["mean"].to_dict() == {0.5: 0.5, 2.0: 2.0, 4.0: 4.0}
    twice = pd.concat([table, with_parameters(cell(), eps=2.0)])
    with pytest.raises(DataError, match=r"f: 2 cells have eps = 2 \(.*/default, .*/eps-2.0\)"):
        points.by_value(twice, "eps", "f")


def test_window_is_stated():
    assert "mean of the last 50." in points.window_note(cell(rounds=500))
    assert "mean of the last 20." in points.window_note(cell(rounds=40))
    both = pd.concat([cell(rounds=40, seeds=(0, 1)), cell(rounds=200, task="b", seeds=(0, 1))])
    assert "last 20 or 50 (50, or half of a run shorter than 100)" in points.window_note(both)


def test_overrides_are_listed():
    assert points.overrides_note(cell()) == []
    table = pd.concat([cell(override="b"), cell(), cell(override="a")])
    assert points.overrides_note(table) == ["Overrides: a, b."]


def test_numbers_are_those_of_the_summary():
    table = cell(seeds=(0, 2, 4), rounds=120, slope=0.5)
    table = with_parameters(table, seated_client=float("nan"))
    (row,) = summary.summarise(summary.measures(table)).to_dict("records")
    for name, measure in (
        ("backdoor_last", points.last("backdoor_acc")),
        ("adv_norm_mean", points.attack_norm),
    ):
        reached = points.reached(table, measure)
        for part in ("mean", "low", "high"):
            assert reached[part] == pytest.approx(row[f"{name}_{part}"])
