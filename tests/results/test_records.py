"""Files of a cell that no run can have left are refused, by file and key."""

import json
from pathlib import Path

import pytest
import yaml
from tests.figures.made_up import write_cell

from edgecase.base.errors import DataError
from edgecase.results.records import LARGEST_SEED, MOST_ROUNDS, read_cell
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
    task = schema["properties"]["overrides"]["additionalProperties"]["properties"]
    assert task["rounds"]["maximum"] == MOST_ROUNDS
    assert schema["properties"]["seeds"]["items"]["maximum"] == LARGEST_SEED
