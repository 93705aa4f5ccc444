"""What all families share: the clean rows, the seed, the files and the command."""

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets import EDGE_SETS
from edgecase.population.poison import CASES, FAMILIES, load_poison, save_poison

SCRIPT = Path(__file__).parents[3] / "workflow" / "scripts" / "poison.py"


def test_clean_rows_are_drawn_once_per_seed_and_the_same_in_every_case(livery, make):
    drawn = {
        (case, study): make("southwest", livery, case, seed=4, edge=10, clean=300, p_study=study)[
            "attacker_clean_index"
        ]
        for case in CASES
        for study in ("published", "matched")
    }
    first = drawn["edge-case", "published"]
    assert first.dtype == np.int64
    assert len(set(first.tolist())) == 300
    assert first.min() >= 0
    assert first.max() < 1000
    assert first.tolist() != sorted(first.tolist())
    for other in drawn.values():
        assert np.array_equal(other, first)
    assert not np.array_equal(
        make("southwest", livery, seed=5, edge=10, clean=300)["attacker_clean_index"], first
    )


def test_every_training_sample_can_be_drawn(digits, make):
    clean = make("ardis", digits, clean=1000)["attacker_clean_index"]
    assert sorted(clean.tolist()) == list(range(1000))


def test_the_global_generator_is_neither_used_nor_moved(livery, make):
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    first = make("southwest", livery, edge=10, clean=10)
    assert np.array_equal(np.random.get_state()[1], state)
    np.random.seed(2)
    again = make("southwest", livery, edge=10, clean=10)
    for name, array in first.items():
        assert np.array_equal(array, again[name])


@pytest.mark.parametrize("edge_set", ["ardis", "southwest"])
def test_every_array_has_the_type_of_the_file_format(livery, digits, make, edge_set):
    edge = {"ardis": digits, "southwest": livery}[edge_set]
    scale = {"ardis": {"fraction": 0.1}, "southwest": {"edge": 12}}[edge_set]
    for case in CASES:
        data = make(edge_set, edge, case, **scale)
        for name, array in data.items():
            assert array.dtype == (np.uint8 if name.endswith("_x") else np.int64), name


def test_every_edge_set_has_a_family():
    assert set(FAMILIES) == set(EDGE_SETS)


def test_bad_parameters_are_reported_at_once(livery, make):
    with pytest.raises(ConfigError) as raised:
        make("southwest", livery, edge=0, clean=1.5, p_study="both", normal_share=1.5, shares=1)
    assert raised.value.problems == [
        "poison.edge: 0 is not allowed (edge images in the poisoned set); "
        "allowed: whole number ≥ 1",
        "poison.clean: 1.5 is not allowed (random clean samples in the poisoned set); "
        "allowed: whole number ≥ 0",
        "poison.p_study: 'both' is not allowed (two splits of the airline photos, or one for all "
        "three cases, with no photo in both training and test); allowed: published, matched",
        "poison.normal_share: 1.5 is not allowed (share of the K clients that hold edge data in "
        "normal-case); allowed: number > 0, ≤ 1",
        "poison.shares: is unknown; allowed: edge, clean, p_study, almost_share, normal_share, "
        "honest_fraction, unusual_photos",
    ]


def test_no_summary_is_left_where_the_poisoned_set_cannot_be_written(tmp_path, livery, make):
    data = make("southwest", livery, "normal-case", 80, edge=20, clean=50)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="folder' is a folder; expected a file to write"):
        save_poison(tmp_path / "folder", data, np.arange(1000) % 10)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_file_round_trip_and_summary(tmp_path, livery, make):
    labels = np.arange(1000) % 10
    data = make("southwest", livery, "normal-case", 80, edge=20, clean=50)
    path = tmp_path / "deep" / "seed3.npz"
    save_poison(path, data, labels)
    read = load_poison(path)
    assert list(read) == list(data)
    for name, array in data.items():
        assert np.array_equal(read[name], array)
        assert read[name].dtype == array.dtype
    with path.with_suffix(".csv").open(newline="") as handle:
        rows = [tuple(row.values()) for row in csv.DictReader(handle)]
    clean = [row for row in rows if row[0] == "attacker-clean"]
    assert [(int(c), int(n)) for _, _, c, n in clean] == list(
        enumerate(np.bincount(labels[data["attacker_clean_index"]]))
    )
    assert rows[len(clean) :] == [
        ("attacker-edge", "-1", "9", "20"),
        ("honest-edge", "0", "0", "36"),
        ("honest-edge", "1", "0", "36"),
        ("honest-edge", "2", "0", "36"),
        ("honest-edge", "3", "0", "32"),
        ("backdoor-test", "", "9", "36"),
    ]
    assert {row[1] for row in clean} == {"-1"}
    assert sorted(p.name for p in path.parent.iterdir()) == ["seed3.csv", "seed3.npz"]


def test_a_broken_file_is_refused_by_name(tmp_path, cars, make):
    path = tmp_path / "seed1.npz"
    save_poison(path, make("greencar", cars, clean=10), np.zeros(1000, dtype=int))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"seed1\.npz: cannot be read"):
        load_poison(path)
    data = make("greencar", cars, clean=10)
    data["test_y"] = data["test_y"][1:]
    np.savez(path, **data)
    with pytest.raises(DataError, match=r"seed1\.npz: test_y is not one whole number per sample"):
        load_poison(path)


def run_script(*arguments):
    spec = importlib.util.spec_from_file_location("poison_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main([str(argument) for argument in arguments])


def test_script_writes_the_poisoned_set_of_its_seed(tmp_path, digits):
    dataset, edge = tmp_path / "emnist.npz", tmp_path / "ardis.npz"
    np.savez_compressed(dataset, y_train=np.arange(500) % 10)
    np.savez_compressed(edge, **digits)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run_script(
            *("--dataset", dataset, "--edge", edge, "--edge-set", "ardis"),
            *("--case", "normal-case", "--num-clients", 60, "--seed", seed),
            *("--parameters", json.dumps({"fraction": 0.1, "clean": 40})),
            *("--out", tmp_path / f"{name}.npz"),
        )
    a, b, c = (load_poison(tmp_path / f"{name}.npz") for name in "abc")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert not np.array_equal(a["attacker_clean_index"], c["attacker_clean_index"])
    assert len(a["attacker_clean_index"]) == 40
    assert a["attacker_clean_index"].max() < 500
    assert a["attacker_edge_y"].tolist() == [1] * 6
    assert set(a["honest_edge_y"].tolist()) == {7}
    assert np.bincount(a["honest_edge_client"]).tolist() == [18, 18, 18]
    assert (tmp_path / "a.csv").exists()
    assert b.keys() == a.keys()
