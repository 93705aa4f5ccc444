import numpy as np
import pandas as pd
from tests.figures.made_up import cell

from edgecase.analysis import curves


def test_trailing_mean_by_hand():
    """1 … 12: the mean of all so far up to ten values, then of the last ten."""
    values = pd.Series(range(1, 13), dtype=float)
    expected = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6.5, 7.5]
    assert curves.trailing_mean(values).tolist() == expected


def test_smoothing_stays_within_a_seed_and_keeps_the_row_order():
    table = pd.concat([cell(seeds=(0, 5), slope=2.0), cell(case="normal-case", backdoor=70.0)])
    table = table.sample(frac=1, random_state=1).reset_index(drop=True)
    table["smooth"] = curves.smooth(table, "backdoor_acc")
    # A line of slope 2 lags by 2 · 4.5 once the window is full, by half of its rise before that.
    rising = table[table["case"] == "edge-case"]
    expected = rising["seed"] + 2.0 * (rising["fl_iter"] - np.minimum(rising["fl_iter"], 9) / 2)
    np.testing.assert_allclose(rising["smooth"], expected)
    assert (table.loc[table["case"] == "normal-case", "smooth"] == 70.0).all()


#: rounds 1 … 7, of which 3, 6 and 7 were evaluated
SPARSE = pd.Series([np.nan, np.nan, 6.0, np.nan, np.nan, 12.0, 30.0])


def test_means_are_over_the_evaluated_rounds_of_a_window():
    """A window is 7 // 2 = 3 rounds: the first three hold 6, the last three 12 and 30."""
    assert curves.first_mean(SPARSE) == 6.0
    assert curves.last_mean(SPARSE) == 21.0
    assert np.isnan(curves.first_mean(SPARSE.replace(6.0, np.nan)))


def test_trailing_means_are_of_the_evaluated_rounds_and_stand_there():
    trailing = curves.trailing_mean(SPARSE)
    assert trailing.dropna().to_dict() == {2: 6.0, 5: 9.0, 6: 16.0}
    # Every tenth round is the only one of its ten: it is its own mean.
    tenth = pd.Series(np.where(np.arange(1, 31) % 10 == 0, np.arange(1, 31), np.nan))
    assert curves.trailing_mean(tenth).dropna().to_dict() == {9: 10.0, 19: 20.0, 29: 30.0}


def test_a_curve_has_the_evaluated_rounds_alone():
    table = cell(seeds=(0, 4), slope=1.0, rounds=20)
    dense = curves.curve(table, "backdoor_acc")
    sparse = table.assign(backdoor_acc=table["backdoor_acc"].where(table["fl_iter"] % 5 == 0))
    pd.testing.assert_frame_equal(
        curves.curve(sparse, "backdoor_acc"), dense.loc[[0, 5, 10, 15, 20]]
    )
    assert len(curves.curve(sparse, "wg_norm")) == 21


def test_one_seed_has_no_interval():
    curve = curves.curve(cell(seeds=(3,)), "backdoor_acc")
    assert (curve["mean"] == 3.0).all()
    assert curve[["low", "high"]].isna().all().all()


def test_the_number_of_seeds_and_the_bands_are_stated():
    two, six = cell(seeds=(0, 1)), cell(seeds=range(6), case="normal-case")
    for table, spread, expected in (
        (cell(), "bands", "One seed."),
        (two, "bands", "Mean of 2 seeds (thin lines: each seed)."),
        (two, "bars", "Mean of 2 seeds (bars: lowest to highest seed)."),
        (two, "", "Mean of 2 seeds."),
        (six, "bands", "Mean of 6 seeds (bands: 95 % intervals)."),
        (
            pd.concat([two, six]),
            "bands",
            "Mean of 2 to 6 seeds (bands: 95 % intervals; below 5 seeds, thin lines: each seed).",
        ),
    ):
        assert curves.seeds_note(table, spread) == expected


def test_seeds_stand_side_by_side():
    table = pd.concat([cell(seeds=(0, 4), slope=1.0, rounds=2)])
    table.loc[table["seed"] == 4, "backdoor_acc"] = [4.0, float("nan"), 6.0]
    found = curves.by_seed(table, "backdoor_acc")
    assert found[0].tolist() == [0, 1, 2]
    assert found[4].dropna().to_dict() == {0: 4, 2: 6}


def test_a_seed_in_which_no_attacker_acted_is_left_out_by_name():
    table = pd.concat([cell(seeds=(1, 3, 5)), cell(seeds=(1, 3, 5), attack="none")])
    table.loc[table["seed"] == 3, "num_attackers"] = 0
    assert curves.curve(table[table["attack"] == "blackbox"], "backdoor_acc")["n"].eq(2).all()
    assert curves.curve(table[table["attack"] == "none"], "backdoor_acc")["n"].eq(3).all()
    note = curves.seeds_note(table)
    assert note.startswith("Mean of 2 to 3 seeds (")
    assert note.endswith("Left out: no attacker acted in seed 3.")
    none = table[table["attack"] == "blackbox"].assign(num_attackers=0)
    assert curves.curve(none, "backdoor_acc").empty
    assert curves.seeds_note(none) == "Left out: no attacker acted in seeds 1, 3, 5."
