"""Cells of two projects in one, and every reason not to bring them together."""

import json
import shutil

import pytest
from tests.sharing import made_up
from tests.sharing.made_up import CELLS, CONFIG, DATASET, RESULTS, START

from edgecase.base.errors import ConfigError, DataError
from edgecase.sharing.merge import merge

FIRST, SECOND = CELLS[::2], CELLS[1::2]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    made_up.project(folder / "a", FIRST)
    made_up.project(folder / "b", SECOND)
    return folder


@pytest.fixture
def sources(finished, tmp_path):
    return [shutil.copytree(finished / name, tmp_path / name) for name in ("a", "b")]


@pytest.fixture
def target(tmp_path):
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def refused(sources, target, *told):
    before = made_up.everything(target)
    with pytest.raises(DataError) as caught:
        merge(CONFIG, sources, target)
    lines = str(caught.value).splitlines()
    for text in told:
        assert any(text in line for line in lines), lines
    assert made_up.everything(target) == before
    return lines


def test_everything_of_the_cells_comes_along(sources, target):
    merged = merge(CONFIG, sources, target)
    assert merged.taken == {sources[0]: len(FIRST), sources[1]: len(SECOND)}
    assert merged.missing == []
    wanted = made_up.everything(sources[0]) | made_up.everything(sources[1])
    assert made_up.everything(target) == wanted


def test_what_comes_is_of_one_time_and_no_older_than_what_is_there(sources, target):
    made_up.project(target, FIRST[:1])
    merge(CONFIG, sources, target)
    cells = {made_up.cell_folder(cell) for cell in CELLS}
    times = {p.stat().st_mtime for f in cells for p in (target / f).iterdir()}
    assert len(times) == 1
    assert (target / DATASET).stat().st_mtime <= times.pop()


def test_a_folder_of_results_is_a_source(sources, target):
    merge(CONFIG, [source / RESULTS for source in sources], target)
    wanted = made_up.everything(sources[0]) | made_up.everything(sources[1])
    assert made_up.everything(target) == wanted


def test_merging_again_changes_nothing(sources, target):
    merge(CONFIG, sources, target)
    before = made_up.everything(target)
    assert merge(CONFIG, sources, target).taken == dict.fromkeys(sources, 0)
    assert made_up.everything(target) == before


def test_what_nobody_has_is_told(sources, target):
    assert merge(CONFIG, sources[:1], target).missing == SECOND


def test_unfinished_cells_stay_behind(sources, target):
    folder = made_up.cell_folder(SECOND[0])
    (sources[1] / folder / "cell.json").unlink()
    assert merge(CONFIG, sources, target).missing == [SECOND[0]]
    assert not (target / folder).exists()


def test_a_cell_that_two_have_alike_is_taken_once(sources, target, tmp_path):
    twice = made_up.project(tmp_path / "c", FIRST[:1])
    # Wall times are never alike.
    timing = twice / made_up.cell_folder(FIRST[0]) / "seed0.timing.csv"
    timing.write_text(timing.read_text().replace("1.5", "2.5"))
    merged = merge(CONFIG, [*sources, twice], target)
    assert merged.taken[twice] == 0
    kept = target / timing.relative_to(twice)
    assert "1.5" in kept.read_text()


def test_a_cell_that_two_have_with_other_bytes(sources, target, tmp_path):
    made_up.project(tmp_path / "c", FIRST[:1], main=91.0)
    name = f"{made_up.cell_folder(FIRST[0])}/seed0.csv: is not that of"
    refused([*sources, tmp_path / "c"], target, name)


def test_a_cell_of_the_target_is_not_replaced(sources, target):
    made_up.project(target, FIRST[:1], main=91.0)
    refused(sources, target, f"{sources[0] / made_up.cell_folder(FIRST[0])}/seed0.csv: is not that")


@pytest.mark.parametrize("name", ["seed0.csv", "seed1.timing.csv", "cell.json"])
def test_cut_files(sources, target, name):
    path = sources[0] / made_up.cell_folder(FIRST[0]) / name
    path.write_bytes(path.read_bytes()[:-3])
    assert len(refused(sources, target, str(path))) == 1


def test_a_cut_line_of_wall_times(sources, target):
    path = sources[0] / made_up.cell_folder(FIRST[0]) / "seed0.timing.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    refused(sources, target, f"{path}: is not the wall times of rounds 0 to 3")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"code": "0" * 16}, "code was '0000000000000000', is "),
        ({"seeds": [0]}, "seeds was [0], is [0, 1]"),
        ({"versions": made_up.VERSIONS | {"torch": "2.12.0"}}, "version of torch: not the same"),
        ({"versions": "none"}, "versions is 'none'; expected an object"),
        ({"data": ["x"]}, "data is ['x']; expected files and their sha256"),
        ({"data": {"figures/x": "00"}}, "data names figures/x, which is no path below results/"),
        ({"data": {str(START): "00"}}, f"{START}: not the same in all cells"),
    ],
)
def test_records_that_do_not_fit(sources, target, values, told):
    made_up.change(sources[1] / made_up.cell_folder(SECOND[0]), **values)
    refused(sources, target, told)


def test_a_patch_release_of_python_decides_nothing(sources, target):
    versions = made_up.VERSIONS | {"python": "3.12.9"}
    made_up.change(sources[1] / made_up.cell_folder(SECOND[0]), versions=versions)
    assert merge(CONFIG, sources, target).missing == []


def test_other_parameters_are_told_by_key(sources, target):
    folder = sources[1] / made_up.cell_folder(SECOND[0])
    parameters = json.loads((folder / "cell.json").read_text())["parameters"]
    made_up.change(folder, parameters=parameters | {"lr": 0.5, "batch_size": 7})
    told = refused(sources, target, "lr was 0.5, is 0.02")
    assert [line for line in told if "batch_size was 7" in line]


def test_a_cell_the_configuration_does_not_have(sources, target):
    few = CONFIG | {"grid": []}
    with pytest.raises(DataError, match=r"pgd-replacement.*: is no cell of the configuration"):
        merge(few, sources, target)


@pytest.mark.parametrize("where", ["source", "target"])
def test_data_that_the_cells_were_not_made_from(sources, target, where):
    root = sources[0] if where == "source" else target
    made_up.write(root / DATASET, "other bytes")
    refused(sources, target, f"{root / DATASET}: is not what the cells were made from")


def test_every_problem_is_told_at_once(sources, target):
    for source, cells in zip(sources, (FIRST, SECOND), strict=True):
        for cell in cells:
            made_up.change(source / made_up.cell_folder(cell), code="0" * 16)
    assert len(refused(sources, target)) == len(CELLS)


@pytest.mark.parametrize("name", ["none", "a/results", "a/config"])
def test_a_source_without_results_of_the_run(sources, target, tmp_path, name):
    with pytest.raises(ConfigError, match=rf"{name}: has no results/test/cells"):
        merge(CONFIG, [tmp_path / name], target)


def test_a_full_disk_leaves_nothing(sources, target, monkeypatch):
    copies, copyfile = [], shutil.copyfile

    def full(source, place):
        copies.append(place)
        if len(copies) == 9:
            raise OSError(28, "No space left on device")
        return copyfile(source, place)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        merge(CONFIG, sources, target)
    assert list(target.iterdir()) == []
