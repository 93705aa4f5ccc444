"""Every test on made-up cells that must come out as holds, fails, undecided and not run."""

import math

import pandas as pd
import pytest
from tests.claims.made_up import ROLES, T2, cell, entry, judged, last, measured, write

from edgecase import claims
from edgecase.claims.model import FAILS, HOLDS, NOT_RUN, UNDECIDED
from edgecase.claims.verdict import combine, judge

BLACKBOX = {"attack": "blackbox", "defense": "no-defense"}
NONE = {"attack": "none", "defense": "no-defense"}
A, B = cell(), cell(attack="none")


def quantity(*values):
    return {"backdoor_mean": values}


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "above", "verdict"),
    [
        ("passes", (30, 31, 32), HOLDS),
        ("passes", (20, 20, 20), HOLDS),
        ("passes", (10, 11, 12), FAILS),
        ("passes", (10, 22, 34), UNDECIDED),
        ("stopped", (1, 1.5, 2), HOLDS),
        ("stopped", (5, 5, 5), HOLDS),
        ("stopped", (0, 0, 0), HOLDS),
        ("stopped", (30, 31, 32), FAILS),
        ("stopped", (0, 5, 10), UNDECIDED),
        ("creeps-in", (10, 11, 12), HOLDS),
        ("creeps-in", (5, 5, 5), FAILS),
        ("creeps-in", (20, 20, 20), FAILS),
        ("creeps-in", (30, 31, 32), FAILS),
        ("creeps-in", (0, 8, 16), UNDECIDED),
    ],
)
def test_words(tmp_path, word, above, verdict):
    """`above` points over a baseline that differs from seed to seed."""
    base = (3.0, 9.0, 1.0)
    reached = [a + b for a, b in zip(above, base, strict=True)]
    part = {"test": word, "of": BLACKBOX}
    found = judged(tmp_path, part, {A: last(*reached, first=[-40, -40, -40]), B: last(*base)})
    assert found.verdict == verdict
    assert found.outcomes[0].value == pytest.approx(sum(above) / 3)
    assert found.outcomes[0].seeds == 3


@pytest.mark.parametrize(
    ("first", "verdict"),
    [([1, 2, 3], HOLDS), ([40, 41, 42], FAILS), ([10, 11, 12], FAILS), ([0, 20, 5], UNDECIDED)],
)
def test_what_creeps_in_has_to_grow(tmp_path, first, verdict):
    part = {"test": "creeps-in", "of": BLACKBOX}
    content = {A: last(10, 11, 12, first=first), B: last(0, 0, 0)}
    found = judged(tmp_path, part, content)
    assert found.outcomes[0].verdict == HOLDS
    growth = found.outcomes[1]
    assert (growth.verdict, growth.part) == (verdict, "last over first rounds")
    assert growth.value == pytest.approx(11 - sum(first) / 3)
    assert found.verdict == verdict


def test_the_note_says_which_word_fits_instead(tmp_path):
    found = judged(
        tmp_path,
        {"test": "stopped", "of": BLACKBOX},
        {A: last(30, 31, 32), B: last(0, 0, 0)},
    )
    assert found.outcomes[0].note == "it passes"


# --- best of a grid ------------------------------------------------------------------------------

GRID = {"attack": "pgd", "defense": "krum", "override": ["default", "eps-*"], "pick": "best"}
RADII = ("default", "eps-0.5", "eps-1", "eps-2", "eps-4")


def grid(defense, **last_per_radius):
    named = dict.fromkeys(RADII, (0.0, 1.0, 2.0)) | {
        name.replace("_", "-"): values for name, values in last_per_radius.items()
    }
    return {cell("pgd", defense, name): last(*values) for name, values in named.items()}


@pytest.mark.parametrize(
    ("best", "verdict"),
    [((60, 61, 62), HOLDS), ((5, 5.5, 6), FAILS), ((20, 26, 32), UNDECIDED)],
)
def test_the_best_radius_passes(tmp_path, best, verdict):
    part = {"test": "passes", "of": GRID | {"fewest": 5}}
    content = grid("krum", eps_2=best) | {cell("none", "krum"): last(0, 0, 0)}
    found = judged(tmp_path, part, content)
    assert found.verdict == verdict
    (outcome,) = found.outcomes
    assert outcome.value == pytest.approx(sum(best) / 3)
    assert f"pgd eps-2 {sum(best) / 3:.4g}" in outcome.means


def test_choosing_the_best_costs_width(tmp_path):
    """Alone, this radius passes; as the best of five it is undecided."""
    best = (27.0, 30.0, 33.0)
    content = grid("krum", eps_2=best) | {cell("none", "krum"): last(0, 0, 0)}
    alone = GRID | {"override": "eps-2"}
    del alone["pick"]
    (one,) = judged(tmp_path, {"test": "passes", "of": alone}, content).outcomes
    (tuned,) = judged(tmp_path, {"test": "passes", "of": GRID}, content).outcomes
    assert (one.verdict, tuned.verdict) == (HOLDS, UNDECIDED)
    assert one.low == pytest.approx(30 - T2 * 3 / math.sqrt(3))
    p = 1 - 0.005
    assert tuned.low == pytest.approx(
        30 - (2 * p - 1) / math.sqrt(2 * p * (1 - p)) * 3 / math.sqrt(3)
    )


@pytest.mark.parametrize(
    ("krum", "rfa", "verdict"),
    [
        ((80, 81, 82), (30, 31, 32), HOLDS),
        ((30, 31, 32), (80, 81, 82), FAILS),
        ((50, 55, 60), (45, 50, 55), UNDECIDED),
    ],
)
def test_best_against_best(tmp_path, krum, rfa, verdict):
    part = {"test": "difference", "quantity": "backdoor_last", "above": 0}
    part |= {"of": GRID, "against": GRID | {"defense": "rfa"}}
    content = grid("krum", eps_1=krum) | grid("rfa", eps_4=rfa)
    found = judged(tmp_path, part, content)
    assert found.verdict == verdict
    assert found.outcomes[0].value == pytest.approx(sum(krum) / 3 - sum(rfa) / 3)


def test_too_small_a_grid_is_not_run(tmp_path):
    content = grid("krum") | {cell("none", "krum"): last(0, 0, 0)}
    del content[cell("pgd", "krum", "eps-4")]
    found = judged(tmp_path, {"test": "passes", "of": GRID | {"fewest": 5}}, content)
    assert found.verdict == NOT_RUN
    assert "4 cells, and 5 are needed" in found.outcomes[0].missing[0]


# --- intervals -----------------------------------------------------------------------------------

DIFFERENCE = {"test": "difference", "quantity": "backdoor_mean", "of": BLACKBOX, "against": NONE}


@pytest.mark.parametrize(
    ("bounds", "difference", "verdict"),
    [
        ({"above": 0}, (1, 2, 3), UNDECIDED),
        ({"above": 0}, (5, 5.5, 6), HOLDS),
        ({"above": 0}, (0, 0, 0), FAILS),
        ({"at_least": 0}, (0, 0, 0), HOLDS),
        ({"above": 0}, (-5, -5.5, -6), FAILS),
        ({"at_most": 5}, (1, 2, 3), HOLDS),
        ({"at_most": 5}, (8, 9, 10), FAILS),
        ({"at_most": 5}, (3, 4, 5), UNDECIDED),
        ({"within": 0.1}, (0.01, 0.02, 0.03), HOLDS),
        ({"within": 0.1}, (-0.03, 0.0, 0.03), HOLDS),
        ({"within": 0.1}, (0.3, 0.31, 0.32), FAILS),
        ({"within": 0.1}, (-0.3, -0.31, -0.32), FAILS),
        ({"within": 0.1}, (-0.2, 0.0, 0.2), UNDECIDED),
    ],
)
def test_paired_difference(tmp_path, bounds, difference, verdict):
    """The seeds differ by far more than the pairs do."""
    base = (0.0, 0.25, 64.0)
    content = {
        A: quantity(*(b + d for b, d in zip(base, difference, strict=True))),
        B: quantity(*base),
    }
    assert judged(tmp_path, DIFFERENCE | bounds, content).verdict == verdict


def test_difference_by_hand(tmp_path):
    """Differences 1, 2, 6: mean 3, deviation √7."""
    content = {A: quantity(11, 22, 36), B: quantity(10, 20, 30)}
    (outcome,) = judged(tmp_path, DIFFERENCE | {"above": 0}, content).outcomes
    half = T2 * math.sqrt(7 / 3)
    assert (outcome.value, outcome.low, outcome.high) == pytest.approx((3, 3 - half, 3 + half))
    assert (outcome.claimed, outcome.means) == ("> 0", "blackbox 23; none 20")


def test_two_quantities_of_one_cell(tmp_path):
    """An honest client accepted as rarely as the attacker."""
    part = {
        "test": "difference",
        "quantity": "seated_accepted_share",
        "of": BLACKBOX,
        "within": 0.05,
    }
    part["against"] = BLACKBOX | {"quantity": "attacker_accepted_share"}
    shares = {
        "seated_accepted_share": [0.01, 0.02, 0.0],
        "attacker_accepted_share": [0.0, 0.02, 0.0],
    }
    found = judged(tmp_path, part, {A: shares})
    assert found.verdict == HOLDS
    assert found.outcomes[0].means == "seated_accepted_share 0.01; attacker_accepted_share 0.006667"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [((84, 84.5, 83.5), HOLDS), ((60, 61, 62), FAILS), ((80, 84, 88), UNDECIDED)],
)
def test_mean(tmp_path, values, verdict):
    part = {
        "test": "mean",
        "quantity": "backdoor_mean",
        "of": BLACKBOX,
        "at_least": 82,
        "at_most": 86,
    }
    assert judged(tmp_path, part, {A: quantity(*values)}).verdict == verdict


@pytest.mark.parametrize(
    ("top", "verdict"),
    [((2, 4.1, 8), HOLDS), ((0.5, 1.1, 2), FAILS), ((0.5, 4, 8), UNDECIDED)],
)
def test_ratio(tmp_path, top, verdict):
    part = DIFFERENCE | {"test": "ratio", "above": 1}
    found = judged(tmp_path, part, {A: quantity(*top), B: quantity(1, 2, 4)})
    assert found.verdict == verdict


def test_ratio_of_what_is_not_above_0_leaves_the_seed_out(tmp_path):
    part = DIFFERENCE | {"test": "ratio", "above": 1}
    (outcome,) = judged(tmp_path, part, {A: quantity(2, 2, 2), B: quantity(1, 0, 1)}).outcomes
    assert (outcome.value, outcome.seeds) == (pytest.approx(2), 2)
    assert outcome.note == "1 seed with a value not above 0, left out"


@pytest.mark.parametrize(
    ("source", "main", "verdict"),
    [
        ((40, 41, 42), (80, 79, 78), HOLDS),
        ((70, 70, 70), (40, 41, 42), FAILS),
        ((50, 70, 60), (70, 60, 50), UNDECIDED),
    ],
)
def test_difference_of_differences(tmp_path, source, main, verdict):
    """Weak DP costs 80 − source of the one, 85 − main of the other."""
    plain = {"source_class_last": [80.0] * 3, "main_last": [85.0] * 3}
    noisy = {"source_class_last": source, "main_last": main}
    part = {
        "test": "difference-of-differences",
        "quantity": "source_class_last",
        "than": "main_last",
        "of": BLACKBOX,
        "against": {"attack": "blackbox", "defense": "weak-dp", "override": "<sigma_override>"},
        "above": 0,
    }
    content = {A: plain, cell(defense="weak-dp", override=ROLES["sigma_override"]): noisy}
    found = judged(tmp_path, part, content)
    assert found.verdict == verdict
    expected = (80 - sum(source) / 3) - (85 - sum(main) / 3)
    assert found.outcomes[0].value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("share", "verdict"),
    [((0.9, 0.95, 1.0), HOLDS), ((0.1, 0.1, 0.1), FAILS), ((0.2, 0.5, 0.8), UNDECIDED)],
)
def test_share_in_the_tail(tmp_path, share, verdict):
    part = {"test": "tail-share", "group": "edge-case", "at_least": 0.5}
    shares = pd.DataFrame({"task": "planes", "standin": False, "group": "edge-case"}, range(3))
    shares = shares.assign(seed=range(3), share=share)
    found = judged(tmp_path, part, {A: quantity(1, 2, 3)}, shares=shares)
    assert found.verdict == verdict
    assert found.outcomes[0].value == pytest.approx(sum(share) / 3)
    part["group"] = "out-of-distribution"
    assert judged(tmp_path, part, {A: quantity(1)}, shares=shares).verdict == NOT_RUN
    assert judged(tmp_path, part, {A: quantity(1)}).verdict == NOT_RUN


# --- several cells -------------------------------------------------------------------------------

CASES = ("edge-case", "almost-edge-case", "normal-case")
ORDERING = {
    "test": "ordering",
    "quantity": "backdoor_mean",
    "above": 0,
    "of": BLACKBOX | {"case": [*CASES]},
}


def cases(*values):
    return {cell(case=case): quantity(*v) for case, v in zip(CASES, values, strict=True)}


@pytest.mark.parametrize(
    ("low", "verdict"), [((20, 21, 22), HOLDS), ((70, 71, 72), FAILS), ((30, 60, 45), UNDECIDED)]
)
def test_ordering_needs_every_step(tmp_path, low, verdict):
    found = judged(tmp_path, ORDERING, cases((80, 81, 82), (50, 51.5, 52), low))
    first, second = found.outcomes
    assert (first.verdict, second.verdict, found.verdict) == (HOLDS, verdict, verdict)
    assert second.part == "almost-edge-case over normal-case"


def test_a_missing_case_is_named_and_nothing_is_compared(tmp_path):
    content = cases((80, 81, 82), (50, 51, 52), (20, 21, 22))
    del content[cell(case="normal-case")]
    found = judged(tmp_path, ORDERING, content)
    (outcome,) = found.outcomes
    assert found.verdict == NOT_RUN
    assert outcome.missing == ("planes/fixed-freq-10/normal-case/blackbox/no-defense/default",)


TREND = {
    "test": "trend",
    "quantity": "backdoor_mean",
    "of": BLACKBOX | {"participation": "fixed-freq-*"},
}


def periods(*values):
    named = zip((1, 2, 5, 10), values, strict=True)
    return {cell(participation=f"fixed-freq-{n}"): quantity(*v) for n, v in named}


FALLING = ((80, 70, 75), (60, 65, 63), (50, 40, 45), (20, 39, 10))


@pytest.mark.parametrize(
    ("direction", "values", "verdict", "coefficient"),
    [
        ("falls", FALLING, HOLDS, 1),
        ("rises", FALLING, FAILS, -1),
        ("rises", FALLING[::-1], HOLDS, 1),
        ("falls", FALLING[::-1], FAILS, -1),
        ("falls", ((1, 4, 2), (2, 3, 4), (3, 2, 1), (4, 1, 3)), UNDECIDED, None),
        ("rises", ((1, 1, 1),) * 4, UNDECIDED, 0),
    ],
)
def test_trend(tmp_path, direction, values, verdict, coefficient):
    found = judged(tmp_path, TREND | {"direction": direction}, periods(*values))
    (outcome,) = found.outcomes
    assert (found.verdict, outcome.claimed) == (verdict, direction)
    if coefficient is not None:
        assert outcome.value == pytest.approx(coefficient)
    if verdict == HOLDS:
        assert outcome.p == pytest.approx((1 / 24) ** 3)


def widths(attack, *values):
    names = ("width-half", "default", "width-double")
    return {
        cell(attack, override=name): quantity(*v) for name, v in zip(names, values, strict=True)
    }


def test_trend_over_counterparts(tmp_path):
    """The attack's values fall, its differences from the baseline of the same width rise."""
    override = {"override": ["width-half", "default", "width-double"]}
    part = {"test": "trend", "quantity": "backdoor_mean", "direction": "rises"}
    part |= {"of": BLACKBOX | override, "against": NONE | override}
    content = widths("blackbox", (60, 61, 62), (50, 51, 52), (40, 41, 42))
    content |= widths("none", (55, 55, 55), (30, 30, 30), (0, 0, 0))
    found = judged(tmp_path, part, content)
    assert (found.verdict, found.outcomes[0].value) == (HOLDS, pytest.approx(1))
    del content[cell("none", override="width-double")]
    assert judged(tmp_path, part, content).verdict == NOT_RUN


# --- claims --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([HOLDS, HOLDS], HOLDS),
        ([HOLDS, FAILS], FAILS),
        ([HOLDS, UNDECIDED], UNDECIDED),
        ([UNDECIDED, FAILS], FAILS),
        ([FAILS, NOT_RUN], NOT_RUN),
        ([HOLDS, NOT_RUN], NOT_RUN),
    ],
)
def test_verdict_on_several_parts(verdicts, verdict):
    assert combine(verdicts) == verdict


def test_parts_of_a_claim_are_judged_apart(tmp_path):
    parts = [
        {"name": name, "test": "stopped", "of": BLACKBOX | {"defense": name}}
        for name in ("krum", "rfa")
    ]
    content = {cell(defense="krum"): last(0, 1, 0), cell("none", "krum"): last(0, 0, 0)}
    content |= {cell(defense="rfa"): last(50, 51, 50), cell("none", "rfa"): last(0, 0, 0)}
    found = judged(tmp_path, parts, content)
    assert [outcome.verdict for outcome in found.outcomes] == [HOLDS, FAILS]
    assert found.verdict == FAILS
    del content[cell("none", "rfa")]
    found = judged(tmp_path, parts, content)
    assert [outcome.verdict for outcome in found.outcomes] == [HOLDS, NOT_RUN]
    assert found.verdict == NOT_RUN
    assert found.outcomes[1].missing == ("planes/fixed-freq-10/edge-case/none/rfa/default",)


def test_a_run_without_the_role_has_not_run_the_claim(tmp_path):
    content = {A: quantity(1, 2, 3), B: quantity(0, 0, 0)}
    found = judged(tmp_path, DIFFERENCE | {"above": 0}, content, roles={})
    assert (found.verdict, found.task) == (NOT_RUN, "")
    assert found.outcomes[0].missing == ("the run names no claims.task1",)


ONLY = {"task": "planes", "participation": "fixed-freq-10", "rounds": 500}


@pytest.mark.parametrize(
    ("only", "rounds", "verdict", "why"),
    [
        ({}, 500, HOLDS, None),
        ({}, 60, NOT_RUN, "with 500 rounds; it has 60"),
        ({"task": "digits"}, 500, NOT_RUN, "judged on digits, fixed-freq-10, 500 rounds alone"),
        ({"participation": "fixed-freq-5"}, 500, NOT_RUN, "judged on planes, fixed-freq-5"),
    ],
)
def test_a_claim_about_one_run_alone(tmp_path, only, rounds, verdict, why):
    part = {"test": "mean", "quantity": "backdoor_mean", "of": BLACKBOX, "above": 0}
    content = {A: quantity(5, 5.5, 6)}
    found = judged(tmp_path, part, content, rounds=rounds, only=ONLY | only)
    assert found.verdict == verdict
    if why:
        assert why in found.outcomes[0].missing[0]


# --- seeds ---------------------------------------------------------------------------------------


def test_an_attack_in_which_no_attacker_acted_is_given_no_word(tmp_path):
    """A seed without one is left out by name; a cell of nothing else is as good as missing."""
    part = {"test": "passes", "of": BLACKBOX}
    content = {A: last(30.0, 30.0, 0.0), B: last(0.0, 0.0, 0.0)}
    found = judged(tmp_path, part, content, unattacked=(2,))
    (outcome,) = found.outcomes
    assert (found.verdict, outcome.value, outcome.seeds) == (HOLDS, 30.0, 2)
    assert outcome.note == f"no attacker acted in seed 2 of {A.folder}, left out"
    found = judged(tmp_path, part, content, unattacked=(0, 1, 2))
    (outcome,) = found.outcomes
    assert (found.verdict, outcome.verdict) == (NOT_RUN, NOT_RUN)
    missing = f"an attack in {A.folder}: no attacker acted in seeds 0, 1, 2"
    assert outcome.missing == (missing,)


def test_one_seed_is_undecided_and_says_why(tmp_path):
    content = {A: quantity(90), B: quantity(0)}
    found = judged(tmp_path, DIFFERENCE | {"above": 0}, content)
    (outcome,) = found.outcomes
    assert (found.verdict, outcome.value) == (UNDECIDED, 90)
    assert outcome.note == "1 seed: an interval needs 2"
    part = TREND | {"direction": "falls"}
    found = judged(tmp_path, part, periods((4,), (3,), (2,), (1,)))
    assert (found.verdict, found.outcomes[0].value) == (UNDECIDED, pytest.approx(1))
    assert found.outcomes[0].note == "1 seed: an interval needs 2"


def test_seeds_are_paired_on_those_that_both_have(tmp_path):
    content = {
        A: {"backdoor_mean": {0: 50.0, 1: 51.0, 7: 0.0}},
        B: {"backdoor_mean": {1: 1.0, 0: 0.0}},
    }
    (outcome,) = judged(tmp_path, DIFFERENCE | {"above": 0}, content).outcomes
    assert (outcome.verdict, outcome.value, outcome.seeds) == (HOLDS, 50, 2)
    assert outcome.note == "seed 7 not in every cell, left out"


def test_a_quantity_without_any_value_is_undecided(tmp_path):
    content = {A: quantity(math.nan, math.nan), B: quantity(0, 0)}
    for part in (
        DIFFERENCE | {"above": 0},
        DIFFERENCE | {"test": "ratio", "above": 1},
    ):
        (outcome,) = judged(tmp_path, part, content).outcomes
        assert (outcome.verdict, outcome.seeds, outcome.means) == (UNDECIDED, 0, "")
        assert outcome.note.startswith("seeds 0, 1 without a value, left out")
        assert outcome.note.endswith("0 seeds: an interval needs 2")
        assert math.isnan(outcome.value)


def test_identical_runs_differ_by_nothing(tmp_path):
    content = {A: quantity(7, 7, 7), B: quantity(7, 7, 7)}
    (outcome,) = judged(tmp_path, DIFFERENCE | {"within": 0.1}, content).outcomes
    assert (outcome.verdict, outcome.low, outcome.high) == (HOLDS, 0, 0)


def test_cells_are_chosen_among_those_of_the_run(tmp_path):
    """The longest period of the run is judged, not the longest one that is measured so far."""
    last_period = BLACKBOX | {"participation": "fixed-freq-*", "pick": "last", "fewest": 3}
    part = {"test": "difference", "quantity": "backdoor_mean", "of": last_period, "against": NONE}
    (claim,) = claims.load(write(tmp_path / "claims.yaml", entry(part | {"above": 5})))
    run = [*periods((), (), (), ()), B]
    longest = {run[3]: quantity(50, 51, 52), B: quantity(0, 0, 0)}
    assert judge(claim, ROLES, measured(longest), run).verdict == HOLDS
    assert judge(claim, ROLES, measured(longest)).verdict == NOT_RUN
    shorter = {**periods((9, 9), (8, 8), (7, 7), (6, 6)), B: quantity(0, 0)}
    del shorter[run[3]]
    found = judge(claim, ROLES, measured(shorter), run)
    assert (found.verdict, found.outcomes[0].missing) == (NOT_RUN, (run[3].folder,))


# --- how many seeds would decide ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "enough"),
    [
        ((21, 30, 39), 6),  # 10 points and 9 apart: t(5) / √6 = 1.05 < 10 / 9 < t(2) / √3 = 2.48
        ((18, 30, 42), 9),  # t(8) / √9 = 0.77 < 10 / 12 < t(5) / √6
        ((-2, 10, 22), 9),  # as far below
        ((10, 22, 34), None),  # 2 points and 12 apart: 141 seeds
        ((30, 31, 32), None),  # holds
    ],
)
def test_the_seeds_that_would_decide(tmp_path, above, enough):
    content = {A: last(*above), B: last(0, 0, 0)}
    (found,) = judged(tmp_path, {"test": "passes", "of": BLACKBOX}, content).outcomes
    assert found.enough == enough


def test_the_seeds_that_would_decide_are_counted_of_each_step(tmp_path):
    """The first step is clear; the second has what the example above has."""
    found = judged(tmp_path, ORDERING | {"above": 20}, cases((90, 91, 92), (21, 30, 39), (0, 0, 0)))
    assert [outcome.enough for outcome in found.outcomes] == [None, 6]


def test_the_seeds_that_would_decide_a_trend(tmp_path):
    """Over four cells one seed in the claimed order has p = 1 / 24, two have it squared."""
    claimed = TREND | {"direction": "falls"}
    found = judged(tmp_path, claimed, periods((80, 70), (60, 65), (20, 80), (50, 10)))
    (outcome,) = found.outcomes
    assert outcome.verdict == UNDECIDED
    assert outcome.enough == 4
