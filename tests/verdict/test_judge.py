"""The worst case of a grid whose answer is known: its word, its interval, what it costs."""

import math

import numpy as np
import pytest
from tests.verdict.made_up import ATTACKS, QUIET, table

from edgecase.base.errors import DataError
from edgecase.verdict.judge import COLUMNS, judge

PGD = {name: ("pgd", name) for name in ("eps-0.25", "default", "eps-1", "eps-2", "eps-4")}
UNDECIDED = "undecided at this noise"


def quantile(p):
    """Student's t with two degrees of freedom, in closed form: (2p − 1) / √(2p(1 − p))."""
    return (2 * p - 1) / math.sqrt(2 * p * (1 - p))


def interval(values, comparisons=1):
    """Mean and 1 − 0.05 / comparisons interval of three values."""
    half = quantile(1 - 0.05 / comparisons / 2) * np.std(values, ddof=1) / math.sqrt(3)
    return [np.mean(values), np.mean(values) - half, np.mean(values) + half]


def ends(row, name):
    return [row[f"{name}_{end}"] for end in ("mean", "low", "high")]


@pytest.mark.parametrize(
    ("above", "slope", "word"),
    [
        (0.0, 0.0, "stopped"),
        (-30.0, 0.0, "stopped"),
        (5.0, 0.0, "stopped"),
        (4.5, 0.05, "stopped"),
        (5.5, 0.05, "creeps in"),
        (19.5, 0.05, "creeps in"),
        (12.0, 0.0, "between"),
        (12.0, -0.05, "between"),
        (20.0, 0.0, "passes"),
        (70.0, -0.05, "passes"),
    ],
)
def test_word_of_a_worst_case_without_noise(above, slope, word):
    """The seeds agree on the difference, so its interval is a point."""
    verdict = judge(table(above={PGD["eps-1"]: above}, slope={PGD["eps-1"]: slope}), "krum")
    assert verdict.word == word
    worst = max(above, 0.0)  # the other attacks are 0 above
    assert verdict.interval.value == pytest.approx(worst)
    assert (verdict.interval.low, verdict.interval.high) == pytest.approx((worst, worst))


def test_one_attack_that_passes_is_enough():
    verdict = judge(table(above={("blackbox", "default"): 25.0}), "krum")
    assert (verdict.word, verdict.worst["attack"]) == ("passes", "blackbox")
    words = verdict.rows.loc[verdict.rows["defense"] == "krum", "word"]
    assert sorted(words) == ["", "passes", *["stopped"] * 6]


def test_interval_of_the_worst_case_by_hand():
    """Seven attacks: each interval has a confidence of 1 − 0.05 / 7."""
    heights = {PGD["eps-1"]: (30.0, 31.0, 32.0), PGD["eps-2"]: (20.0, 30.0, 37.0)}
    verdict = judge(table(above=heights), "krum")
    first, second = (interval(values, 7) for values in heights.values())
    assert second[2] > first[2]
    assert second[1] < first[1]
    assert ends(verdict.worst, "above_none") == pytest.approx(first)
    found = verdict.interval
    assert [found.value, found.low, found.high] == pytest.approx([31.0, first[1], second[2]])
    assert verdict.word == "passes"


@pytest.mark.parametrize(
    ("heights", "left_open"),
    [
        # Flat curves: what does not grow does not creep in.
        ((0.0, 20.0, 40.0), ("stopped", "between", "passes")),
        ((4.0, 5.0, 6.0), ("stopped", "between")),
        ((18.0, 19.0, 20.0), ("between", "passes")),
    ],
)
def test_an_interval_over_a_bound_settles_nothing(heights, left_open):
    verdict = judge(table(above={PGD["eps-1"]: heights}), "krum")
    assert (verdict.word, verdict.left_open) == (UNDECIDED, left_open)


def test_growth_that_the_seeds_do_not_agree_on_is_undecided():
    rows = table(above={PGD["eps-1"]: 12.0})
    worst = (rows["defense"] == "krum") & (rows["override"] == "eps-1") & (rows["fl_iter"] <= 50)
    rows.loc[worst, "backdoor_acc"] -= rows["seed"].map({0: -1.0, 1: 0.0, 2: 5.0})
    verdict = judge(rows, "krum")
    assert verdict.left_open == ("between", "creeps-in")
    assert verdict.word == UNDECIDED


def test_seeds_in_which_no_attacker_acted_are_left_out():
    rows = table(above={PGD["eps-1"]: (70.0, 72.0, 0.0)})
    rows.loc[rows["seed"] == 2, "num_attackers"] = 0
    verdict = judge(rows, "krum")
    assert verdict.interval.value == pytest.approx(71.0)
    assert (verdict.worst["seeds"], verdict.worst["unattacked"]) == (2, "2")
    assert (verdict.row("none", "krum")["seeds"], verdict.worst["prevented_mean"]) == (3, -31.0)
    with pytest.raises(DataError, match=r"no attacker acted in seeds 0, 1, 2, all there are, of "):
        judge(rows.assign(num_attackers=0), "krum")


def test_no_interval_leaves_the_range_of_a_difference():
    """Two seeds of seven attacks: Student's interval is ± 89 standard errors."""
    verdict = judge(table(above={PGD["eps-1"]: (40.0, 70.0)}, seeds=(0, 1)), "krum")
    assert (verdict.interval.value, verdict.interval.low, verdict.interval.high) == (55, 0, 100)
    assert ends(verdict.worst, "above_none") == [55, -100, 100]
    assert ends(verdict.worst, "backdoor_last") == pytest.approx([56.5, 41, 72])


def test_one_seed_decides_nothing():
    verdict = judge(table(above={PGD["eps-1"]: (70.0,)}, seeds=(4,)), "krum")
    assert verdict.word == UNDECIDED
    assert verdict.interval.value == pytest.approx(70.0)
    assert math.isnan(verdict.interval.low)
    assert math.isnan(verdict.interval.high)
    assert verdict.left_open == ("stopped", "between", "creeps-in", "passes")


@pytest.mark.parametrize(
    ("attack", "end"),
    [
        (PGD["eps-0.25"], "smallest"),
        (PGD["eps-4"], "largest"),
        (PGD["default"], None),
        (PGD["eps-2"], None),
        (("pgd-replacement", "default"), None),
        (("blackbox", "default"), None),
    ],
)
def test_a_worst_case_at_an_end_of_the_radii_is_told(attack, end):
    verdict = judge(table(above={attack: 30.0}), "krum")
    assert (verdict.worst["attack"], verdict.worst["override"]) == attack
    assert verdict.end == end


def test_what_the_defense_prevents_and_costs_by_hand():
    """Without a defense every attack is 40 points above no attack, and main accuracy is 92 %."""
    rows = table(above={PGD["eps-1"]: (10.0, 20.0, 33.0)}, main={QUIET: 89.0, PGD["eps-1"]: 85.5})
    verdict = judge(rows, "krum")
    assert ends(verdict.worst, "prevented") == pytest.approx(interval([30.0, 20.0, 7.0]))
    assert ends(verdict.worst, "main_change") == pytest.approx([-6.5] * 3)
    assert ends(verdict.row("none", "krum"), "main_change") == pytest.approx([-3.0] * 3)
    bare = verdict.row("pgd", "no-defense", "eps-1")
    assert ends(bare, "above_none") == pytest.approx([40.0] * 3)
    assert ends(bare, "main_change") == pytest.approx([0.0] * 3)


def test_refusals_and_acceptance_by_hand():
    """Ten updates in each of 120 rounds, 12 of them with an attacker, of whom 3 get in."""
    rows = table(above={PGD["eps-1"]: 30.0})
    krum = rows["defense"] == "krum"
    rows.loc[krum, "num_accepted"] = 1
    under_attack = krum & (rows["num_attackers"] > 0)
    rows.loc[under_attack, "attacker_accepted"] = (rows["fl_iter"] <= 30).astype(int)
    verdict = judge(rows, "krum")
    assert verdict.row("none", "krum")["honest_refused_share_mean"] == pytest.approx(0.9)
    assert math.isnan(verdict.row("none", "krum")["attacker_accepted_share_mean"])
    assert verdict.worst["attacker_accepted_share_mean"] == pytest.approx(3 / 12)
    refused = 1 - (120 - 3) / (1200 - 12)
    assert verdict.worst["honest_refused_share_mean"] == pytest.approx(refused)


def test_every_cell_has_a_row():
    verdict = judge(table(), "krum")
    assert list(verdict.rows.columns) == list(COLUMNS)
    assert len(verdict.rows) == 2 * (1 + len(ATTACKS))
    krum = verdict.rows[verdict.rows["defense"] == "krum"]
    assert krum["attack"].tolist() == ["blackbox", "none", *["pgd"] * 5, "pgd-replacement"]
    assert krum.loc[krum["attack"] == "pgd", "eps"].tolist() == [0.25, 0.5, 1.0, 2.0, 4.0]
    assert (set(krum["seeds"]), set(krum["window"])) == ({3}, {50})


def test_no_defense_has_a_verdict():
    verdict = judge(table("no-defense", above={PGD["eps-1"]: 60.0}), "no-defense")
    assert (verdict.word, len(verdict.rows)) == ("passes", 8)
    assert ends(verdict.worst, "prevented") == pytest.approx([0.0] * 3)


@pytest.mark.parametrize(
    ("attack", "defense", "asked"),
    [("none", "krum", "blackbox/krum"), ("blackbox", "no-defense", "blackbox/krum")],
)
def test_missing_cell_to_compare_with(attack, defense, asked):
    rows = table()
    rows = rows[(rows["attack"] != attack) | (rows["defense"] != defense)]
    place = "cifar10-southwest/fixed-freq-10/edge-case"
    with pytest.raises(DataError) as caught:
        judge(rows, "krum")
    assert str(caught.value) == (
        f"verdict: cell {place}/{attack}/{defense}/default is missing, "
        f"to compare {place}/{asked}/default with"
    )


def test_defense_without_an_attack():
    with pytest.raises(DataError, match="the table holds no attack on rfa"):
        judge(table(), "rfa")
