import math

import pandas as pd
import pytest
from tests.figures.made_up import cell, with_parameters, write_cell

from edgecase.analysis.fairness import (
    PARAMETERS,
    STAND_IN_FOR_PICTURES,
    acceptance,
    tabulate,
    to_markdown,
)
from edgecase.base.errors import DataError
from edgecase.results.rounds import ROUND_COLUMNS
from edgecase.results.tables import tidy
from scripts import fairness as script

AXES = ["task", "participation", "case", "attack", "defense", "override"]


def rounds_of(*rounds, attackers=(-1,)) -> pd.DataFrame:
    """Rounds 0, 1, … of one seed from pairs (participants, refused); `attackers` by their ids."""
    rows = [dict.fromkeys(ROUND_COLUMNS, 0.0) | {"client_ids": "", "refused_ids": None}]
    for participants, refused in rounds:
        malicious = [client for client in participants if client in attackers]
        row = dict.fromkeys(ROUND_COLUMNS, 0.0) | {
            "num_clients": len(participants),
            "num_attackers": len(malicious),
            "num_accepted": len(participants) - len(refused),
            "attacker_accepted": len(set(malicious) - set(refused)) if malicious else None,
            "client_ids": " ".join(map(str, participants)),
            "refused_ids": " ".join(map(str, refused)) or None,
        }
        rows.append(row)
    table = pd.DataFrame(rows).assign(fl_iter=range(len(rows)))
    return table.astype({"attacker_accepted": float, "refused_ids": "string"})


def test_shares_by_hand_in_fixed_freq():
    """Seated 0: accepted in 2 of 4; others: 4 of 6; the attacker: 1 of 2."""
    rounds = rounds_of(
        ((-1, 0, 5), (0, 5)), ((0, 5, 10), ()), ((-1, 0, 7), (-1,)), ((0, 10, 3), (0, 10))
    )
    shares = acceptance(rounds, 0)
    assert shares == {"seated": 2 / 4, "typical": 4 / 6, "attacker": 1 / 2}


def test_ids_are_compared_whole():
    """Refused 10 and 100 are not client 1 or 0."""
    shares = acceptance(rounds_of(((1, 10, 100), (10, 100)), ((1, 10, 0), (10, 0))), 1)
    assert shares["seated"] == 1.0
    assert shares["typical"] == 0.0


def test_pool_attackers_are_told_by_counts():
    """Attackers 3 and 4 of a pool; typical: 1 of 3, where ids alone would count attackers in."""
    rounds = rounds_of(((0, 3, 4, 8), (8, 4)), ((0, 3, 8, 9), (8,)), attackers=(3, 4))
    assert acceptance(rounds, 0) == {"seated": 1.0, "typical": 1 / 3, "attacker": 2 / 3}


def test_without_seat_or_attacker_there_is_no_share():
    shares = acceptance(
        rounds_of(
            ((0, 5), (5,)),
            ((2, 3), ()),
        ),
        None,
    )
    assert math.isnan(shares["seated"])
    assert math.isnan(shares["attacker"])
    assert shares["typical"] == 3 / 4


def test_a_round_where_all_are_refused():
    assert acceptance(rounds_of(((0, 5), (0, 5))), 0)["seated"] == 0.0


def test_an_empty_seat_is_an_error():
    with pytest.raises(DataError, match="round 2: the seated client 0"):
        acceptance(rounds_of(((0, 5), ()), ((5, 6), ())), 0)


def seated(seeds=(0,), stddev=None, bound=None, client=0, **names) -> pd.DataFrame:
    """A cell of 20 rounds with client 0 in every one, refused in the first 5 + seed of them."""
    table = cell(seeds=seeds, override=names.pop("override", "unusual"), **names)
    table["client_ids"] = "0 1 2 3 4 5 6 7 8 9"
    refused = table["fl_iter"].between(1, 5 + table["seed"])
    table["refused_ids"] = refused.map({True: "0", False: ""})
    table["num_accepted"] = 10 - refused
    return with_parameters(
        table, seated_client=client, defense__stddev=stddev, defense__norm_bound=bound
    )


def test_table_by_hand():
    table = seated(seeds=(0, 2), defense="multi-krum", backdoor=30.0, main=80.0)
    table["source_class_acc"] = 60.0 + table["seed"]
    (row,) = tabulate(table).to_dict("records")
    assert [row[axis] for axis in AXES[3:]] == ["blackbox", "multi-krum", "unusual"]
    assert (row["seeds"], row["rounds"], row["seated_client"]) == (2, 20, 0)
    assert row["alike"] == pytest.approx(1 - (5 + 7) / 400)
    # Shares 15/20 and 13/20.
    assert row["seated_accepted_share_mean"] == pytest.approx(0.7)
    assert row["seated_accepted_share_high"] == 0.75
    assert row["typical_accepted_share_mean"] == 1.0
    assert row["attacker_accepted_share_mean"] == 1.0
    assert row["backdoor_last_mean"] == 31.0
    assert row["main_last_mean"] == 80.0
    assert row["source_class_last_low"] == 60.0
    assert math.isnan(row["stddev"])


def test_seeds_in_which_no_attacker_acted_do_not_count():
    table = seated(seeds=(0, 2, 4), backdoor=30.0)
    table.loc[table["seed"] == 4, "num_attackers"] = 0
    (row,) = tabulate(table).to_dict("records")
    assert (row["seeds"], row["unattacked"], row["backdoor_last_mean"]) == (2, "4", 31.0)
    (none,) = tabulate(table.assign(num_attackers=0)).to_dict("records")
    assert (none["seeds"], none["unattacked"], none["rounds"]) == (0, "0 2 4", 20)
    assert math.isnan(none["backdoor_last_mean"])


def test_last_rounds_are_half_of_a_short_run():
    table = seated(slope=1.0)
    assert tabulate(table)["backdoor_last_mean"].item() == pytest.approx((11 + 20) / 2)


def test_one_seed_has_no_interval_and_no_attacker_no_share():
    (row,) = tabulate(seated(attack="none")).to_dict("records")
    assert math.isnan(row["seated_accepted_share_low"])
    assert math.isnan(row["attacker_accepted_share_mean"])


def test_cells_without_seat_and_tables_without_parameters_are_refused():
    with pytest.raises(DataError, match=r"no-defense/unusual has no seated_client"):
        tabulate(seated(client=None))
    for client in (0.5, -1.0, math.inf, 1e300):
        with pytest.raises(DataError, match=r"no-defense/unusual has no seated_client"):
            tabulate(seated(client=client))
    with pytest.raises(DataError, match="column seated_client: ' ' is no number"):
        tabulate(seated(client=" "))
    with pytest.raises(DataError, match=r"lacks the parameter seated_client, defense\.stddev"):
        tabulate(cell())


def test_markdown_marks_standins_and_says_what_the_pictures_are():
    text = to_markdown(tabulate(seated()))
    assert STAND_IN_FOR_PICTURES in text
    assert "never released" in text
    assert "STAND-IN DATA" not in text
    assert "**STAND-IN DATA**" in to_markdown(tabulate(seated(standin=True)))


def test_files_are_written(tmp_path):
    parameters = {"seated_client": 4, "defense": {"stddev": 0.005, "norm_bound": 2.0}}
    folder = write_cell(tmp_path / "a", seeds=(0, 1), defense="weak-dp", parameters=parameters)
    table, csv, markdown = tmp_path / "fig6.csv", tmp_path / "t" / "tab1.csv", tmp_path / "tab1.md"
    tidy([folder], list(PARAMETERS)).to_csv(table, index=False)
    script.main(["--table", str(table), "--csv", str(csv), "--markdown", str(markdown)])
    (row,) = pd.read_csv(csv).to_dict("records")
    assert (row["stddev"], row["norm_bound"], row["seated_client"]) == (0.005, 2.0, 4)
    assert row["seated_accepted_share_mean"] == 1.0
    assert "| 0.005 " in markdown.read_text(encoding="utf-8")
