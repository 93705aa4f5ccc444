"""A finished cell is held against the data, the rounds, the parameters and the code at hand."""

import hashlib
import json

import pytest
from tests.figures.made_up import write_cell

from edgecase.base.errors import DataError
from edgecase.results.staleness import differences, remedy
from edgecase.results.tables import tidy
from scripts import collect, summary


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A cell made from one file of data, in the current folder, as `cell.py` records it."""
    monkeypatch.chdir(tmp_path)
    folder = write_cell(tmp_path / "cell", seeds=(0, 1))
    data = tmp_path / "results" / "data" / "digits.npz"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"the data")
    content = {name: (folder / name).read_bytes() for name in ("seed0.csv", "seed1.csv")}
    describe(
        folder,
        data={"results/data/digits.npz": sha256(b"the data")},
        rounds={name: sha256(read) for name, read in content.items()},
    )
    return folder, data


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def describe(folder, **changes):
    path = folder / "cell.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_cell_of_the_data_that_are_there_is_gathered(made):
    folder, _ = made
    assert set(tidy([folder])["seed"]) == {0, 1}


def test_data_that_are_elsewhere_are_not_missed(made):
    """Results may be drawn on a machine without the data."""
    folder, data = made
    data.unlink()
    assert set(tidy([folder])["seed"]) == {0, 1}


def run_collect(folder, out):
    collect.main(["--cells", str(folder), "--out", str(out / "table.csv")])


def run_summary(folder, out):
    names = {"measures": "m.csv", "csv": "s.csv", "markdown": "s.md"}
    outputs = [text for key, name in names.items() for text in (f"--{key}", str(out / name))]
    summary.main(["--cells", str(folder), *outputs])


@pytest.mark.parametrize("script", [run_collect, run_summary])
def test_data_that_have_changed_refuse_the_cell_by_name(made, tmp_path, script):
    folder, data = made
    data.write_bytes(b"other data")
    with pytest.raises(DataError) as caught:
        script(folder, tmp_path / "out")
    text = str(caught.value)
    assert text.startswith(f"{folder / 'cell.json'}: it was made from a results/data/digits.npz of")
    assert sha256(b"the data")[:12] in text
    assert sha256(b"other data")[:12] in text
    assert text.endswith(f"snakemake --cores all --force {folder / 'cell.json'}")
    assert not (tmp_path / "out").exists()


def test_rounds_of_another_run_beside_the_record_are_refused_by_name(made):
    """Two cells by hand into one folder: complete, sound, and not of this record."""
    folder, _ = made
    other = write_cell(folder.with_name("other"), seeds=(1,), backdoor=7.0)
    (other / "seed1.csv").replace(folder / "seed1.csv")
    with pytest.raises(DataError, match=r"cell\.json: its rounds are a .*seed1\.csv of sha256"):
        tidy([folder])


def test_shared_data_are_read_once(made, monkeypatch):
    folder, _ = made
    second = write_cell(folder.with_name("second"), case="normal-case")
    describe(second, data=json.loads((folder / "cell.json").read_text())["data"])
    read = []

    def counted(path):
        read.append(path.name)
        return sha256(path.read_bytes())

    monkeypatch.setattr("edgecase.results.tables.file_digest", counted)
    tidy([folder, second])
    assert sorted(read) == ["digits.npz", "seed0.csv", "seed1.csv"]


@pytest.mark.parametrize("key", ["data", "rounds"])
@pytest.mark.parametrize("value", ["x", ["x"], {"x": 1}, None])
def test_digests_that_are_none_are_refused_by_key(made, key, value):
    folder, _ = made
    describe(folder, **{key: value})
    with pytest.raises(DataError, match=rf"cell\.json: {key} is .*; expected files and their sha"):
        tidy([folder])


CELL = {
    "parameters": {"rounds": 3, "eps": None, "defense": {"name": "krum", "num_byzantine": 1}},
    "seeds": [1, 0],
    "code": "abc",
}


def now(**changes):
    same = {"parameters": CELL["parameters"], "seeds": [0, 1], "code": "abc"}
    return differences(CELL, **same | changes)


def test_equal_cells_do_not_differ():
    assert now() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": "abd"}, ["code was 'abc', is 'abd'"]),
        ({"seeds": [0, 1, 2]}, ["seeds was [0, 1], is [0, 1, 2]"]),
        (
            {"parameters": CELL["parameters"] | {"rounds": 4, "eps": 0.5}},
            ["rounds was 3, is 4", "eps was None, is 0.5"],
        ),
        (
            {"parameters": CELL["parameters"] | {"defense": {"name": "rfa"}}},
            ["defense.name was 'krum', is 'rfa'", "defense.num_byzantine was 1, is absent"],
        ),
        ({"parameters": CELL["parameters"] | {"new": {}}}, ["new was absent, is {}"]),
        # True is 1 and 3.0 is 3 to Python alone.
        ({"parameters": CELL["parameters"] | {"rounds": 3.0}}, ["rounds was 3, is 3.0"]),
    ],
)
def test_what_differs_is_told_by_key_and_both_values(changes, told):
    assert now(**changes) == told


def test_long_values_that_begin_alike_differ():
    long = CELL | {"parameters": {"note": "x" * 200 + "a"}}
    changed = {"note": "x" * 200 + "b"}
    (told,) = differences(long, parameters=changed, seeds=[0, 1], code="abc")
    assert told.startswith("note was 'xxx")
    assert len(told) < 200


def test_the_remedy_names_cells_and_configuration():
    assert remedy(["a/cell.json", "b/cell.json"], ["c.yaml"]) == (
        "Made again by: snakemake --cores all --force a/cell.json b/cell.json --configfile c.yaml"
    )
