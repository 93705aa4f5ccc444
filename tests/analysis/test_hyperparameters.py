import json

import pandas as pd
import pytest
from tests.figures.made_up import axes, write_cell

from edgecase.analysis.hyperparameters import COLUMNS, compare, to_markdown
from edgecase.analysis.reported import REPORTED
from edgecase.base.errors import DataError
from scripts import hyperparameters as script


def record(parameters, standin=False, **names):
    return axes(**names) | {"standin": standin, "seeds": [0], "parameters": parameters}


def rows_of(table, parameter):
    return table[table["parameter"] == parameter].to_dict("records")


def test_used_is_beside_reported_with_how_sure_it_is():
    (row,) = rows_of(compare([record({"rounds": 500})], {}), "rounds")
    assert (row["used"], row["reported"], row["same"]) == (500, 500, "yes")
    assert row["source"] == "read in the authors' code"
    (row,) = rows_of(compare([record({"rounds": 60})], {}), "rounds")
    assert row["same"] == "no"


def test_recalled_values_are_labelled_unverified():
    cell = record({"eps": 0.083}, attack="pgd-replacement")
    row, plain = rows_of(compare([cell], {}), "eps")
    assert (row["reported"], row["source"], row["same"]) == (0.083, "reported, unverified", "yes")
    assert (plain["reported"], plain["used"], plain["where"]) == (2, "", "attack: pgd, pgd-prox")


def test_values_that_differ_say_where():
    cells = [
        record({"lr": 0.02}, attack="blackbox"),
        record({"lr": 0.02, "eps": 2}, attack="pgd"),
        record({"lr": 0.02, "eps": 0.1}, attack="pgd-replacement"),
        record({"lr": 0.02, "defense": {"name": "weak-dp", "norm_bound": 2}}, defense="weak-dp"),
    ]
    table = compare(cells, {})
    found = [(row["where"], row["used"], row["same"]) for row in rows_of(table, "eps")]
    assert found == [("attack: pgd", 2, "yes"), ("attack: pgd-replacement", 0.1, "no")]
    assert [row["where"] for row in rows_of(table, "lr")] == [""]
    assert [row["where"] for row in rows_of(table, "defense.norm_bound")] == ["defense: weak-dp"]
    assert "defense.name" not in set(table["parameter"])


def test_value_no_single_axis_explains_names_its_cells():
    f = [{"defense": {"num_byzantine": n}} for n in (1, 2)]
    cells = [
        record(f[0], attack="pgd", defense="krum"),
        record(f[1], attack="pgd", defense="multi-krum"),
        record(f[1], attack="none", defense="krum"),
    ]
    first, second = rows_of(compare(cells, {}), "defense.num_byzantine")
    assert first["where"] == "pgd / krum / edge-case / fixed-freq-10"
    assert second["where"].count(";") == 1


def test_only_default_override_counts():
    cells = [record({"lr": 0.02}), record({"lr": 9.0}, override="fast")]
    assert [row["used"] for row in rows_of(compare(cells, {}), "lr")] == [0.02]
    with pytest.raises(DataError, match="no cell has the default override"):
        compare(cells[1:], {})


def test_parameter_that_no_cell_records_is_listed_without_a_use():
    (row,) = rows_of(compare([record({"lr": 0.02})], {}), "partition.alpha")
    assert (row["used"], row["reported"], row["same"]) == ("", 0.5, "")


def test_starting_model_is_beside_the_authors():
    start = {"accuracy": 77.0, "norm": 37.2901, "num_parameters": 9225610, "recipe": {"epochs": 10}}
    table = compare([record({})], {"cifar10-southwest": {"default": start}})
    rows = {row["parameter"]: row for row in table.to_dict("records")}
    accuracy, norm = rows["start.accuracy"], rows["start.norm"]
    assert (accuracy["reported"], accuracy["source"]) == (77.68, "reported, unverified")
    assert (accuracy["used"], accuracy["same"]) == (77.0, "no")
    assert (norm["reported"], norm["same"]) == (37.29, "yes")
    assert norm["source"] == "third-party result files of the same code"
    assert rows["start.num_parameters"]["same"] == "yes"
    assert rows["start.recipe"]["used"] == '{"epochs": 10}'


def test_standin_task_has_nothing_reported():
    table = compare([record({"lr": 0.1}, task="standin-digits", standin=True)], {})
    assert table["reported"].tolist() == [""]
    assert "STAND-IN DATA" in to_markdown(table)


def test_batch_size_of_task_2_is_the_one_the_printed_curve_needs():
    values = {(e.parameter, task): e.value for e in REPORTED for task in e.tasks if not e.attacks}
    assert values["batch_size", "emnist-ardis"] == 512
    assert values["num_clients", "emnist-ardis"] == 3383
    assert ("num_clients", "mnist-ardis") not in values


def test_no_value_is_reported_twice():
    keys = [
        (task, e.parameter, attack)
        for e in REPORTED
        for task in e.tasks
        for attack in e.attacks or ("",)
    ]
    assert len(set(keys)) == len(keys)


def test_files_are_written(tmp_path):
    folder = write_cell(tmp_path / "a", parameters={"lr": 0.02, "partition": {"alpha": 0.5}})
    start = tmp_path / "pretrain" / "cifar10-southwest" / "default.json"
    start.parent.mkdir(parents=True)
    start.write_text(json.dumps({"accuracy": 77.68, "norm": 40.0}))
    csv, markdown = tmp_path / "h.csv", tmp_path / "h.md"
    out = ["--csv", str(csv), "--markdown", str(markdown)]
    script.main(["--cells", str(folder), "--starts", str(start), *out])
    table = pd.read_csv(csv)
    assert tuple(table.columns) == COLUMNS
    same = dict(zip(table["parameter"], table["same"], strict=True))
    assert same["partition.alpha"] == same["start.accuracy"] == same["lr"] == "yes"
    assert same["start.norm"] == "no"
    assert "## cifar10-southwest" in markdown.read_text(encoding="utf-8")


def test_broken_starting_record_is_refused_by_name(tmp_path):
    folder = write_cell(tmp_path / "a")
    start = tmp_path / "default.json"
    start.write_text("{")
    out = ["--csv", str(tmp_path / "h.csv"), "--markdown", str(tmp_path / "h.md")]
    with pytest.raises(DataError, match=r"default\.json"):
        script.main(["--cells", str(folder), "--starts", str(start), *out])
    assert not (tmp_path / "h.csv").exists()


def test_released_switches_are_listed_for_the_tasks_that_read_them():
    tweets = record({"switches": {"padding": "masked"}}, task="sent140-lanthimos")
    table = compare([tweets, record({"switches": {}})], {})
    (row,) = rows_of(table, "switches.padding")
    assert (row["task"], row["used"], row["reported"]) == ("sent140-lanthimos", "masked", "left100")
    of_tweets = set(table[table["task"] == "sent140-lanthimos"]["parameter"])
    assert {"switches.overlap", "poison.edge"} <= of_tweets
    assert {"switches.orientation", "partition.alpha"}.isdisjoint(of_tweets)


def test_how_unequal_clients_are_is_listed():
    measures = {"clients": 20.0, "smallest": 3.0, "chi2_per_df": 22.92657}
    held = {"standin-digits": {"default": measures, "even": measures | {"chi2_per_df": 1.0}}}
    cell = record({"rounds": 5}, task="standin-digits")
    table = compare([cell], {}, partitions=held)
    found = [(row["where"], row["used"]) for row in rows_of(table, "clients.chi2_per_df")]
    assert found == [("", 22.93), ("partition: even", 1.0)]
    assert not rows_of(table, "clients.clients")
