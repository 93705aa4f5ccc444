"""What the records of a run's cells say about it."""

import json

import pytest
from tests.report.made_up import record, write_record

from edgecase.base.errors import DataError
from edgecase.datasets.sources import Source
from edgecase.report import facts

STARTS = {"cifar10-southwest": {"default": {"accuracy": 77.684, "norm": 37.29}}}


def test_records_are_read_as_they_are(tmp_path):
    paths = [write_record(tmp_path / name, attack=name) for name in ("none", "pgd")]
    assert facts.read_records(paths) == [record(attack="none"), record(attack="pgd")]


@pytest.mark.parametrize("key", ["data", "code", "versions", "device"])
def test_a_record_without_what_is_shown_is_named(tmp_path, key):
    path = write_record(tmp_path / "cell")
    path.write_text(json.dumps({name: v for name, v in record().items() if name != key}))
    with pytest.raises(DataError, match=rf"cell/cell\.json: {key} is None"):
        facts.read_records([path])


@pytest.mark.parametrize("key", ["data", "versions"])
def test_a_digest_and_a_version_are_texts(tmp_path, key):
    path = write_record(tmp_path / "cell", **{key: {"torch": [0]}})
    with pytest.raises(DataError, match=rf"cell\.json: {key} is .*; expected a text per name"):
        facts.read_records([path])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dataset", None),
        ("edge_set", ["southwest"]),
        ("model", {"name": "vgg9"}),
        ("num_clients", "many"),
        ("clients_per_round", None),
    ],
)
def test_a_parameter_that_is_shown_is_named_if_it_is_none(tmp_path, key, value):
    path = write_record(tmp_path / "cell", parameters={key: value})
    with pytest.raises(DataError, match=rf"cell.json: parameters\.{key} is .*; expected "):
        facts.read_records([path])


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ([], "snakemake --cores all"),
        (["a.yaml", "b c.yaml"], "snakemake --cores all --configfile a.yaml 'b c.yaml'"),
    ],
)
def test_the_command_that_makes_a_run_again(files, command):
    assert facts.command(files) == command


def test_no_record_is_an_error():
    with pytest.raises(DataError, match="at least one"):
        facts.read_records([])


def test_hours_are_the_sum_of_all_seconds(tmp_path):
    path = tmp_path / "seed0.timing.csv"
    path.write_text("fl_iter,train_s,aggregate_s,evaluate_s\n0,0,0,1200\n1,1800,300,300\n")
    assert facts.hours([path, path]) == pytest.approx(2.0)
    assert facts.hours([]) == 0
    path.write_text("fl_iter,train_s\n0,1\n")
    with pytest.raises(DataError, match=r"seed0\.timing\.csv"):
        facts.hours([path])


def test_a_task_is_described_by_its_cells_with_the_default_override():
    wide = record(override="wide", parameters={"model": {"name": "vgg9", "width": 2.0}})
    digits = record(
        "standin-digits",
        "standin-digits",
        "standin-sevens",
        seeds=[4],
        parameters={
            "model": {"name": "lenet", "width": 0.125},
            "num_clients": 20,
            "clients_per_round": 5,
            "rounds": 15,
        },
    )
    first, second = facts.tasks([wide, record(), digits], STARTS)
    assert first == facts.Task(
        name="cifar10-southwest",
        standin=False,
        trick="airplane → truck",
        model="vgg9",
        clients="10 of 200",
        rounds="500 × 3 seeds",
        num_cells=2,
        start="77.7 %",
    )
    assert second == facts.Task(
        name="standin-digits",
        standin=True,
        trick="7 → 1",
        model="lenet, width × 0.125",
        clients="5 of 20",
        rounds="15 × 1 seed",
        num_cells=1,
        start="–",
    )


def test_text_to_predict_has_no_classes():
    text = record("standin-comments", "standin-comments", "athens")
    (task,) = facts.tasks([text], {})
    assert task.trick == "sentences about athens → their last words"


def test_images_come_from_downloads_or_from_the_project():
    described = {
        name: Source(name, name.title(), f"https://{name}.test", f"terms of {name}", "", ())
        for name in ("cifar10", "southwest")
    }
    planes = record("standin-planes", "standin-planes", "standin-livery")
    found = {
        images.title: images for images in facts.images([record(), record(), planes], described)
    }
    assert list(found) == [
        *("Cifar10", "Southwest"),
        *("standin-planes, embedded in this project", "standin-livery, embedded in this project"),
    ]
    southwest = found["Southwest"]
    assert southwest.used_for == "edge cases of cifar10-southwest"
    assert (southwest.licence, southwest.standin) == ("terms of southwest", False)
    assert found["standin-planes, embedded in this project"].standin


def test_values_are_counted_and_digests_that_differ_both_stand():
    records = [
        record(),
        record(code="fedc"),
        record(data={"a": "2", "results/b": "1"}),
        record(data={"a": "1"}),
    ]
    assert facts.code_versions(records) == (2, 2)
    assert facts.code_versions([record(), record(attack="none", code="fedc")]) == (2, 1)
    assert facts.counted(records, "versions") == [("python 3.12.1, torch 2.13.0", 4)]
    assert facts.digests(records[2:]) == [("a", "1"), ("a", "2"), ("results/b", "1")]


def test_a_folder_of_ones_own_is_known_by_the_record_alone(tmp_path, forgets_folders):
    folders = {
        "mine-1a2b": {"classes": ["cat", "dog"], "size": 8, "in_memory": True},
        "odd-3c4d": {"lines": False, "source": 0, "target": 1},
    }
    made = record(dataset="mine-1a2b", edge_set="odd-3c4d")
    made["parameters"]["folders"] = folders
    (tmp_path / "cell.json").write_text(json.dumps(made))
    (read,) = facts.read_records([tmp_path / "cell.json"])
    (task,) = facts.tasks([read], {})
    assert task.trick == "cat → dog"
    assert [(entry.title, entry.licence) for entry in facts.images([read], {})] == [
        ("mine-1a2b, a folder of one's own", "not known here"),
        ("odd-3c4d, a folder of one's own", "not known here"),
    ]
