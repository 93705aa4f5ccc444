import math

import pandas as pd
import pytest
from scipy import stats
from tests.figures.made_up import cell, with_parameters, write_cell

from edgecase import config
from edgecase.analysis.ablation import (
    PARAMETERS,
    SWITCHES,
    effects,
    not_run,
    to_markdown,
    without_base,
)
from edgecase.base.errors import DataError
from edgecase.figures import FIGURES
from edgecase.results.tables import tidy
from scripts import ablation_effects as script


def flipped(batch_size=32, switches=(), weight_decay=0.0, **names) -> pd.DataFrame:
    """A cell with the default switches but for `switches`."""
    values = config.SWITCHES | dict(switches)
    columns = {f"switches__{name}": value for name, value in values.items()}
    own = {"batch_size": batch_size, "weight_decay": weight_decay, "dataset": "cifar10"}
    audits = dict.fromkeys(("audits__names_removed", "audits__names_added"))
    return with_parameters(cell(**names), **columns, **own, **audits)


def pair(override, switches=(), backdoor=(10.0, 10.0), **names) -> pd.DataFrame:
    """A base and the cell with `switches` flipped; `backdoor` of both."""
    base = flipped(backdoor=backdoor[0], **names)
    other = flipped(switches=switches, override=override, backdoor=backdoor[1], **names)
    return pd.concat([base, other])


def only_row(table) -> dict:
    (row,) = effects(table).to_dict("records")
    return row


def test_every_switch_of_the_run_is_known():
    assert {switch.name for switch in SWITCHES.values()} == {
        *config.SWITCHES,
        *("batch_size", "weight_decay", "dataset"),
    }
    assert FIGURES["ablation"].parameters == PARAMETERS


def test_differences_are_those_of_the_paired_t_test():
    table = pair("x", {"transforms": "one"}, seeds=(0, 1, 2))
    base, other = {0: 10.0, 1: 24.0, 2: 41.0}, {0: 30.0, 1: 41.0, 2: 65.0}
    for override, values in (("default", base), ("x", other)):
        own = table["override"] == override
        table.loc[own, "backdoor_acc"] = table.loc[own, "seed"].map(values)
        table.loc[own, "main_task_acc"] = 90 - table.loc[own, "seed"].map(values) / 7
    row = only_row(table)
    expected = stats.ttest_rel(list(other.values()), list(base.values())).confidence_interval(0.95)
    assert row["backdoor_base"] == pytest.approx(25.0)
    assert row["backdoor_difference"] == pytest.approx((20 + 17 + 24) / 3)
    assert (row["backdoor_low"], row["backdoor_high"]) == pytest.approx(tuple(expected))
    # Not paired, the interval would hold 0.
    assert stats.ttest_ind(list(other.values()), list(base.values())).pvalue > 0.05
    assert row["backdoor_low"] > 0
    assert row["main_difference"] == pytest.approx(-(20 + 17 + 24) / 21)
    assert row["main_high"] == pytest.approx(-expected.low / 7)
    assert row["n"] == 3


def test_the_switch_is_read_from_the_parameters_not_from_the_name():
    row = only_row(pair("batch-32", {"orientation": "upright"}, task="mnist-ardis"))
    assert (row["item"], row["switch"]) == (1, "orientation")
    assert (row["base_value"], row["value"]) == ("published", "upright")
    assert (row["override"], row["task"]) == ("batch-32", "mnist-ardis")


def test_batch_size_has_no_item():
    table = pd.concat([flipped(512.0), flipped(32.0, override="batch-32")])
    row = only_row(table)
    assert pd.isna(row["item"])
    assert (row["switch"], row["base_value"], row["value"]) == ("batch_size", "512", "32")


def test_only_the_last_rounds_count():
    table = pair("x", {"p_study": "matched"}, rounds=120)
    table.loc[(table["override"] == "x") & (table["fl_iter"] > 70), "backdoor_acc"] = 15.0
    table.loc[(table["override"] == "x") & (table["fl_iter"] <= 70), "backdoor_acc"] = 99.0
    assert only_row(table)["backdoor_difference"] == pytest.approx(5.0)


def test_seeds_that_only_one_of_the_two_has_are_left_out():
    table = pair("x", {"p_study": "matched"}, backdoor=(10.0, 12.0), seeds=(0, 1, 2))
    table = table[(table["override"] == "x") | (table["seed"] != 2)]
    row = only_row(table)
    assert (row["n"], row["backdoor_base"], row["backdoor_difference"]) == (2, 10.5, 2.0)
    assert (row["backdoor_low"], row["backdoor_high"]) == (2.0, 2.0)


def test_seeds_in_which_no_attacker_acted_are_left_out():
    table = pair("x", {"p_study": "matched"}, backdoor=(10.0, 12.0), seeds=(0, 1, 2))
    table.loc[(table["override"] == "x") & (table["seed"] == 1), "num_attackers"] = 0
    row = only_row(table)
    assert (row["n"], row["backdoor_base"], row["backdoor_difference"]) == (2, 11.0, 2.0)
    assert "Left out: no attacker acted in seed 1 of x." in to_markdown(effects(table), table)
    none = only_row(table.assign(num_attackers=0))
    assert none["n"] == 0
    assert math.isnan(none["backdoor_difference"])


def test_one_seed_has_no_interval():
    row = only_row(pair("x", {"p_study": "matched"}, backdoor=(10.0, 12.0)))
    assert row["backdoor_difference"] == 2.0
    assert math.isnan(row["backdoor_low"])


def test_rows_are_in_the_order_of_items():
    changes = [("b", {"edge_sample_weight": "corrected"}), ("c", {"transforms": "one"})]
    cells = [flipped(512.0), flipped(32.0, override="a")]
    cells += [flipped(512.0, switches, override=name) for name, switches in changes]
    cells += [flipped(512.0, {"radius_decay": v}, override=v) for v in ("never", "always")]
    found = effects(pd.concat(cells))
    assert found["item"].tolist() == [2, 3, 3, 18, pd.NA]
    assert found["value"].tolist() == ["one", "always", "never", "corrected", "32"]


def test_what_is_missing_is_told():
    table = pd.concat([pair("x", {"radius_decay": "never"}), flipped(task="other", override="y")])
    found = effects(table)
    assert len(found) == 1
    assert without_base(table) == ["other/fixed-freq-10/edge-case/blackbox/no-defense/y"]
    assert [(switch.item, value) for switch, value in not_run(found)] == [
        *((1, "upright"), (2, "one"), (3, "always"), (4, "published"), (8, "matched")),
        *((9, "corrected"), (12, "published"), (12, "before"), (12, "batches"), (12, "0.0001")),
        *(
            (18, "corrected"),
            (20, "left100"),
            (20, "published"),
            (20, "sentiment140-published"),
            (21, "published"),
            (None, "32"),
        ),
    ]
    text = to_markdown(found, table)
    assert "Not run: orientation = upright, transforms = one, radius_decay = always," in text
    assert "Without a base to compare with: other/" in text


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({}, "no switch"),
        ({"transforms": "one", "p_study": "matched"}, "transforms, switches.p_study"),
    ],
)
def test_a_cell_flips_exactly_one_switch(switches, said):
    with pytest.raises(DataError, match=rf"no-defense/x differs from its base in .*{said}"):
        effects(pair("x", switches))


def test_a_cell_and_its_base_are_runs_of_a_kind():
    base, one = flipped(), {"transforms": "one"}
    for key, other in (
        ("standin", flipped(switches=one, override="x", standin=True)),
        ("rounds", flipped(switches=one, override="x", rounds=30)),
    ):
        with pytest.raises(DataError, match=f"its base differ in {key}"):
            effects(pd.concat([base, other]))
    with pytest.raises(DataError, match="no seed in common"):
        effects(pd.concat([base, flipped(switches=one, override="x", seeds=(1,))]))
    with pytest.raises(DataError, match=r"lacks the parameter switches\.orientation"):
        effects(cell())


def test_audits_stand_beside_the_effects():
    table = pair("x", {"padding": "left100"}, backdoor=(60.0, 50.0), seeds=(0, 1))
    for override, names, shift in (("default", "removed", 0), ("x", "removed", 4)):
        own = table["override"] == override
        table.loc[own, f"audits.names_{names}"] = table.loc[own, "seed"] * 3 + shift
        table.loc[own, "audits.names_added"] = 90.0 + shift
    row = only_row(table)
    assert (row["names_removed_base"], row["names_removed"]) == (1.5, 5.5)
    assert (row["names_added_base"], row["names_added"]) == (90.0, 94.0)
    text = to_markdown(effects(table), table)
    (line,) = [line for line in text.splitlines() if "| default " in line and "60.5" in line]
    assert [part.strip() for part in line.split("|")][-4:-1] == ["60.5", "1.5", "90.0"]
    alone = pair("x", {"transforms": "one"})
    assert math.isnan(only_row(alone)["names_added"])
    assert "names" not in to_markdown(effects(alone), alone)


def test_files_are_written(tmp_path):
    folders = []
    for name, transforms, backdoor in (("default", "published", 40.0), ("t", "one", 35.0)):
        parameters = {"switches": config.SWITCHES | {"transforms": transforms}, "batch_size": 32}
        parameters |= {"weight_decay": 0.0, "dataset": "cifar10"}
        folders.append(
            write_cell(
                tmp_path / name,
                seeds=(0, 1),
                override=name,
                backdoor=backdoor,
                standin=True,
                parameters=parameters,
            )
        )
    table, csv, markdown = (tmp_path / name for name in ("a.csv", "e.csv", "e.md"))
    tidy(folders, PARAMETERS).to_csv(table, index=False)
    script.main(["--table", str(table), "--csv", str(csv), "--markdown", str(markdown)])
    (row,) = pd.read_csv(csv).to_dict("records")
    assert (row["item"], row["switch"], row["value"]) == (2, "transforms", "one")
    assert (row["backdoor_base"], row["backdoor_difference"]) == (40.5, -5.0)
    text = markdown.read_text(encoding="utf-8")
    assert "**STAND-IN DATA**" in text
    assert "| published → one " in text
    assert "| 40.5 " in text
    assert "| -5.0 [-5.0, -5.0] " in text
