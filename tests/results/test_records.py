"""Files of a cell that no run can have left are refused, by file and key."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.figures.made_up import rounds_table, write_cell

from edgecase.base.errors import DataError
from edgecase.results.records import LARGEST_SEED, MOST_ROUNDS, check_participants, read_cell
from edgecase.results.rounds import CELL_AXES
from edgecase.results.tables import tidy

ROOT = Path(__file__).parents[2]


def described(folder, change):
    """A cell whose description has other values at some keys; one at `parameters` is merged."""
    path = write_cell(folder) / "cell.json"
    cell = json.loads(path.read_text())
    cell["parameters"] |= change.pop("parameters", {})
    path.write_text(json.dumps(cell | change))
    return path.parent


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"parameters": {"rounds": 10**12}},
            "parameters.rounds is 1000000000000; expected a whole number from 1 to 1000000",
        ),
        ({"parameters": {"rounds": 0}}, "parameters.rounds is 0; expected"),
        ({"parameters": {"rounds": 20.0}}, "parameters.rounds is 20.0; expected"),
        ({"parameters": {"rounds": True}}, "parameters.rounds is True; expected"),
        ({"parameters": {"rounds": float("nan")}}, "parameters.rounds is nan; expected"),
        ({"parameters": {"evaluate_every": 0}}, "parameters.evaluate_every is 0; expected a whole"),
        ({"parameters": {"evaluate_every": "2"}}, "parameters.evaluate_every is '2'; expected"),
        ({"task": 3}, "task is 3; expected a str"),
        ({"attack": ["pgd"]}, "attack is ['pgd']; expected a str"),
        ({"defense": ""}, "defense is ''; expected lower-case letters and digits, joined by"),
        ({"override": "a/b"}, "override is 'a/b'; expected lower-case"),
        (
            {"participation": "x" * 500 + "\n"},
            f"participation is '{'x' * 39}… (504 characters); expected",
        ),
        (
            {"seeds": [0, 0]},
            "seeds is [0, 0]; expected whole numbers from 0 to 4294967295, at least one and each",
        ),
        ({"seeds": [-1]}, "seeds is [-1]; expected"),
        ({"seeds": [0.0]}, "seeds is [0.0]; expected"),
        ({"seeds": [False]}, "seeds is [False]; expected"),
        ({"seeds": ["0"]}, "seeds is ['0']; expected"),
        ({"seeds": [[0]]}, "seeds is [[0]]; expected"),
        ({"seeds": [2**32]}, "seeds is [4294967296]; expected"),
        ({"seeds": {"0": 1}}, "seeds is {'0': 1}; expected a list"),
        ({"standin": 1}, "standin is 1; expected a bool"),
    ],
)
def test_odd_description_is_refused_by_file_and_key(tmp_path, change, message):
    folder = described(tmp_path / "a", change)
    with pytest.raises(DataError) as caught:
        tidy([folder])
    assert str(caught.value).startswith(f"{folder / 'cell.json'}: {message}")
    assert len(str(caught.value)) < len(str(folder)) + 200


PLACE = ("cifar10-southwest", "fixed-freq-10", "edge-case", "blackbox", "no-defense", "default")


def test_a_cell_in_its_own_folder_is_read(tmp_path, monkeypatch):
    folder = write_cell(tmp_path.joinpath("cells", *PLACE))
    assert tuple(read_cell(folder)[axis] for axis in CELL_AXES) == PLACE
    monkeypatch.chdir(folder)
    assert read_cell(".") == read_cell(folder)


@pytest.mark.parametrize("axis", CELL_AXES)
def test_a_cell_in_the_folder_of_another_is_refused(tmp_path, axis):
    names = [
        f"{name}-2" if name == axis else given for name, given in zip(CELL_AXES, PLACE, strict=True)
    ]
    folder = write_cell(tmp_path.joinpath("cells", *names))
    own = dict(zip(CELL_AXES, PLACE, strict=True))[axis]
    with pytest.raises(DataError) as caught:
        read_cell(folder)
    assert str(caught.value) == (
        f"{folder / 'cell.json'}: {axis} is '{own}'; its folder is that of '{axis}-2'"
    )


def test_the_limits_are_those_of_the_configuration():
    schema = yaml.safe_load((ROOT / "config" / "schemas" / "config.schema.yaml").read_text())
    assert schema["$defs"]["count"]["maximum"] == MOST_ROUNDS
    assert schema["properties"]["seeds"]["items"]["maximum"] == LARGEST_SEED


# the rounds


def spoiled(**values):
    """Twenty rounds of clients 0 … 9 with other values in round 11, which has an attacker."""
    table = rounds_table()
    for name, value in values.items():
        table[name] = [value if number == 11 else old for number, old in enumerate(table[name])]
    return table


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"num_clients": 9},
            "num_accepted is 10 in round 11; expected a whole number from 0 to 9, its num_clients",
        ),
        ({"num_clients": 11}, "round 11: num_clients is 11; client_ids holds 10"),
        ({"num_clients": -10}, "num_clients is -10 in round 11; expected a whole number from 0"),
        (
            {"num_attackers": -1},
            "num_attackers is -1 in round 11; expected a whole number from 0 to 10, its num_client",
        ),
        ({"num_attackers": 11}, "num_attackers is 11 in round 11"),
        ({"num_attackers": 0.5}, "num_attackers is 0.5 in round 11"),
        ({"num_attackers": float("inf")}, "num_attackers is inf in round 11"),
        (
            {"attacker_accepted": 2},
            "attacker_accepted is 2 in round 11; expected a whole number from 0 to 1, its num_att",
        ),
        ({"num_clipped": -3}, "num_clipped is -3 in round 11"),
        (
            {"defense_iterations": -3},
            "defense_iterations is -3 in round 11; expected a whole number from 0",
        ),
        ({"num_accepted": 9}, "round 11: num_accepted is 9; of 10 clients 0 are in refused_ids"),
        ({"refused_ids": "3"}, "round 11: num_accepted is 10; of 10 clients 1 are in refused_ids"),
        (
            {"num_accepted": 9, "refused_ids": "12"},
            "round 11: refused_ids holds 12, which is not in client_ids",
        ),
        ({"diverged_ids": "3"}, "round 11: diverged_ids holds 3, which is not in refused_ids"),
        (
            {"num_accepted": 9, "refused_ids": "2", "diverged_ids": "77"},
            "round 11: diverged_ids holds 77",
        ),
        ({"client_ids": "0 1 2 3 4 5 6 7 8"}, "round 11: num_clients is 10; client_ids holds 9"),
        (
            {"client_ids": "0 1 2 3 4 5 6 7 8 8"},
            "round 11: client_ids is '0 1 2 3 4 5 6 7 8 8'; expected whole numbers from -1, each",
        ),
        ({"client_ids": "0 1 2 3 4 5 6 7 8 x"}, "round 11: client_ids is '0 1 2 3 4 5 6 7 8 x'"),
        ({"client_ids": "0 1 2 3 4 5 6 7 8 9.0"}, "round 11: client_ids is"),
        ({"client_ids": "-2 1 2 3 4 5 6 7 8 9"}, "round 11: client_ids is"),
        ({"client_ids": "0,1,2,3,4,5,6,7,8,9"}, "round 11: client_ids is"),
        ({"client_ids": "0 1 2 3 4 5 6 7 8  9"}, "round 11: client_ids is"),
        ({"client_ids": "0 1 2 3 4 5 6 7 8 ９"}, "round 11: client_ids is"),
        ({"client_ids": "9" * 200}, f"round 11: client_ids is '{'9' * 39}… (202 characters)"),
    ],
)
def test_counts_and_ids_that_contradict_each_other(values, message):
    with pytest.raises(DataError) as caught:
        check_participants("seed0.csv", spoiled(**values))
    assert str(caught.value).startswith(f"seed0.csv: {message}")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "values",
    [
        {"num_accepted": 8, "refused_ids": "9 4", "diverged_ids": "4"},
        {"num_accepted": 0, "refused_ids": "0 1 2 3 4 5 6 7 8 9", "attacker_accepted": 0},
        {"client_ids": "-1 1 2 3 4 5 6 7 8 3382"},
        {"num_clipped": 10, "defense_iterations": 500},
    ],
)
def test_what_a_run_writes_passes(values):
    check_participants("seed0.csv", spoiled(**values))


def test_the_round_of_the_starting_model_may_have_nobody():
    table = rounds_table()
    table.loc[0, ["num_clients", "num_accepted"]] = 0
    table.loc[0, "client_ids"] = pd.NA
    check_participants("seed0.csv", table)


def test_an_altered_file_is_refused_by_the_reader_of_tidy_tables(tmp_path):
    folder = write_cell(tmp_path / "a", seeds=(0, 7))
    path = folder / "seed7.csv"
    path.write_text(path.read_text().replace("0 1 2 3 4 5 6 7 8 9", "0 1 2 3 4 5 6 7 8", 1))
    with pytest.raises(DataError) as caught:
        tidy([folder])
    assert str(caught.value) == f"{path}: round 0: num_clients is 10; client_ids holds 9"
