import math

import pandas as pd
import pytest
from tests.figures.made_up import cell, evaluated, write_cell

from edgecase.analysis.measures import MEASURES
from edgecase.analysis.summary import measures, summarise, to_markdown
from scripts import summary as script


def summary_of(table):
    return summarise(measures(table.assign(seated_client=None)))


def only_row(table):
    (row,) = summary_of(table).to_dict("records")
    return row


def test_windows_of_50_rounds_by_hand():
    """Backdoor accuracy = 0.5 · round, 120 rounds: the starting model's 0 is left out."""
    table = cell(rounds=120, slope=0.5)
    table.loc[table["fl_iter"] == 0, "backdoor_acc"] = 100.0
    row = only_row(table)
    assert (row["rounds"], row["window"], row["seeds"]) == (120, 50, 1)
    assert row["backdoor_first_mean"] == pytest.approx(0.5 * (1 + 50) / 2)
    assert row["backdoor_last_mean"] == pytest.approx(0.5 * (71 + 120) / 2)
    # Trailing mean of rounds 111 … 120, which is the highest one too.
    assert row["backdoor_final_mean"] == pytest.approx(0.5 * 115.5)
    assert row["backdoor_best_mean"] == pytest.approx(0.5 * 115.5)


def test_short_run_says_its_window():
    row = only_row(cell(rounds=20, slope=1.0))
    assert row["window"] == 10
    assert row["backdoor_first_mean"] == pytest.approx(5.5)
    assert row["backdoor_last_mean"] == pytest.approx(15.5)


def test_only_evaluated_rounds_count():
    """Backdoor accuracy = round, every 4th of 22 rounds evaluated: windows of 11 rounds."""
    table = cell(rounds=22, slope=1.0)
    table["main_task_acc"] = 90 - table["fl_iter"]
    row = only_row(evaluated(table, 4))
    assert (row["rounds"], row["window"]) == (22, 11)
    assert row["backdoor_first_mean"] == pytest.approx((4 + 8) / 2)
    assert row["backdoor_last_mean"] == pytest.approx((12 + 16 + 20 + 22) / 4)
    assert row["backdoor_mean_mean"] == pytest.approx((4 + 8 + 12 + 16 + 20 + 22) / 6)
    assert row["backdoor_final_mean"] == pytest.approx((16 + 20 + 22) / 3)  # of rounds 13 … 22
    assert row["backdoor_best_mean"] == row["backdoor_final_mean"]
    assert (row["main_best_mean"], row["main_final_mean"]) == (86.0, 68.0)
    whole = only_row(table)
    counted = ("attacker_accepted_share_mean", "adv_norm_mean_mean", "typical_accepted_share_mean")
    assert {name: row[name] for name in counted} == {name: whole[name] for name in counted}


def test_a_window_without_an_evaluated_round_has_no_value():
    row = only_row(evaluated(cell(rounds=20, backdoor=5.0), 15))
    assert math.isnan(row["backdoor_first_mean"])
    assert row["backdoor_last_mean"] == 5.0


def test_best_is_the_best_smoothed_value():
    table = cell(rounds=30)
    table.loc[table["fl_iter"] == 20, "backdoor_acc"] = 60.0
    row = only_row(table)
    assert row["backdoor_best_mean"] == pytest.approx(6.0)
    assert row["backdoor_final_mean"] == 0.0


def test_three_seeds_have_their_lowest_and_their_highest():
    """Seeds 0, 2, 4 raise the accuracy by as much."""
    row = only_row(cell(seeds=(0, 2, 4), backdoor=10.0))
    assert row["seeds"] == 3
    ends = [row[f"backdoor_last_{part}"] for part in ("mean", "low", "high")]
    assert ends == pytest.approx([12, 10, 14])


def test_seeds_in_which_no_attacker_acted_do_not_count_and_are_named():
    table = cell(seeds=(10, 2, 4), backdoor=10.0)
    table.loc[table["seed"].isin([2, 10]), "num_attackers"] = 0
    reached = measures(table.assign(seated_client=None))
    assert reached["attacks"].tolist() == [0, 2, 0]
    row = only_row(table)
    assert (row["seeds"], row["unattacked"], row["backdoor_last_mean"]) == (1, "2 10", 14.0)
    none = only_row(table.assign(num_attackers=0))
    assert (none["seeds"], none["unattacked"], none["rounds"]) == (0, "2 4 10", 20)
    assert math.isnan(none["backdoor_last_mean"])
    quiet = only_row(cell(attack="none", seeds=(0, 1)))
    assert (quiet["seeds"], quiet["unattacked"]) == (2, "")


def test_main_accuracy_is_not_smoothed():
    table = cell(rounds=20, main=80.0)
    table.loc[table["fl_iter"] == 5, "main_task_acc"] = 95.0
    table.loc[table["fl_iter"] == 20, "main_task_acc"] = 70.0
    row = only_row(table)
    assert (row["main_best_mean"], row["main_final_mean"]) == (95.0, 70.0)


def test_shares_and_norms_by_hand():
    table = cell(rounds=20)
    table.loc[table["fl_iter"] == 11, "attacker_accepted"] = 0  # attackers in rounds 1 and 11
    table.loc[table["fl_iter"] == 1, "adv_norm_diff"] = 3.5
    table["num_clipped"] = (table["fl_iter"] <= 4) * 5  # rounds 1 … 4: 20 of 200 participants
    table["honest_norm_mean"] = table["fl_iter"] * 1.0
    row = only_row(table)
    assert row["attacker_accepted_share_mean"] == 0.5
    assert row["clipped_share_mean"] == pytest.approx(20 / 200)
    assert row["adv_norm_mean_mean"] == pytest.approx((3.5 + 2.5) / 2)
    assert row["honest_norm_mean_mean"] == pytest.approx(10.5)
    assert row["noise_norm_mean_mean"] == pytest.approx(table["noise_norm"][1:].mean())
    assert row["model_norm_mean_mean"] == pytest.approx(table["wg_norm"][1:].mean())


def test_without_an_attacker_there_is_no_accepted_share():
    row = only_row(cell(attack="none", seeds=(0, 1)))
    assert math.isnan(row["attacker_accepted_share_mean"])
    assert math.isnan(row["adv_norm_mean_mean"])


def test_row_order_does_not_matter():
    table = cell(rounds=60, slope=0.3, seeds=(0, 1))
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(summary_of(table), summary_of(shuffled))


def test_every_cell_has_a_row_and_files_are_written(tmp_path):
    folders = [
        write_cell(tmp_path / "a", seeds=(0, 1), backdoor=30.0),
        write_cell(tmp_path / "b", defense="krum", standin=True),
    ]
    csv, markdown = tmp_path / "out" / "summary.csv", tmp_path / "out" / "summary.md"
    by_seed = tmp_path / "out" / "measures.csv"
    outputs = ["--measures", str(by_seed), "--csv", str(csv), "--markdown", str(markdown)]
    script.main(["--cells", *map(str, folders), *outputs])
    assert pd.read_csv(by_seed)["backdoor_last"].tolist() == [0.0, 30.0, 31.0]
    table = pd.read_csv(csv)
    assert table["defense"].tolist() == ["krum", "no-defense"]
    assert table["standin"].tolist() == [True, False]
    assert table["backdoor_last_mean"].tolist() == [0.0, 30.5]
    assert pd.isna(table["backdoor_last_low"][0])
    text = markdown.read_text(encoding="utf-8")
    assert "STAND-IN DATA" in text
    assert "| 30.5 [30, 31]" in text


def test_refused_honest_clients_and_the_seated_one_by_hand():
    """Four rounds of -1 (the attacker) or 9, then 7 (seated), 2 and 3."""
    table = cell(rounds=4).assign(seated_client=7, num_clients=4)
    rows = table["fl_iter"] > 0
    attacked = table["fl_iter"].isin([1, 3])
    table["num_attackers"] = attacked.astype(int)
    table["attacker_accepted"] = (table["fl_iter"] == 3).where(attacked).astype(float)
    table.loc[rows, "client_ids"] = ["-1 7 2 3", "7 9 2 3", "-1 7 2 3", "7 9 2 3"]
    table.loc[rows, "refused_ids"] = ["-1 7", "7 9 2", "", "3"]
    table.loc[rows, "num_accepted"] = [2, 1, 4, 3]
    (row,) = measures(table).to_dict("records")
    # 14 honest participations: 7, then 7 9 2, then 3 were refused.
    assert row["honest_refused_share"] == pytest.approx(5 / 14)
    assert row["honest_refused_attacked_share"] == pytest.approx(1 / 6)
    assert row["honest_refused_quiet_share"] == pytest.approx(4 / 8)
    assert row["seated_accepted_share"] == pytest.approx(2 / 4)
    assert row["typical_accepted_share"] == pytest.approx(7 / 10)
    assert row["attacker_accepted_share"] == pytest.approx(1 / 2)


def test_markdown_explains_every_measure_and_marks_standins_only():
    text = to_markdown(summary_of(cell()))
    assert "STAND-IN" not in text
    for name, meaning in MEASURES.items():
        assert f"- `{name}`: {meaning}" in text
