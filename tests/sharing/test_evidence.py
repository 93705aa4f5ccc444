"""Cells of a run go into evidence/ and come back, to draw from and to go on from."""

import json
import shutil
import sys
from dataclasses import replace

import pandas as pd
import pytest
from tests.sharing import made_up
from tests.sharing.made_up import CELLS, CONFIG, START, cell_folder

from edgecase import config
from edgecase.analysis.summary import measures_of
from edgecase.base.durations import duration
from edgecase.base.errors import DataError
from edgecase.results import finished, starts
from edgecase.results.provenance import file_digest
from edgecase.sharing import evidence, packed

COMMIT = "0123456789abcdef"


def vouch(root):
    """Give every cell the digests and fingerprints that a cell's job writes."""
    for cell in CELLS:
        folder = root / cell_folder(cell)
        rounds = {path.name: file_digest(path) for path in folder.glob("seed?.csv")}
        prints = {str(seed): f"print-{seed}" for seed in CONFIG["seeds"]}
        made_up.change(folder, rounds=rounds, fingerprints=prints)
    return root


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return vouch(made_up.project(tmp_path_factory.mktemp("run")))


@pytest.fixture
def kept(project, tmp_path):
    new = evidence.keep(CONFIG, ["config/test.yaml"], COMMIT, project, tmp_path / "evidence")
    assert new == sorted(CELLS)
    return tmp_path / "evidence"


def test_cells_come_back_byte_for_byte(project, kept, tmp_path):
    assert evidence.runs(kept) == ["test"]
    assert evidence.about(kept, "test")["commit"] == COMMIT
    assert sorted(evidence.unpack(kept, "test", tmp_path / "clone")) == sorted(CELLS)
    back, there = (
        made_up.everything(root / "results/test/cells") for root in (tmp_path / "clone", project)
    )
    assert back == there


def test_what_is_kept_is_kept_once_and_a_run_grows(project, kept, tmp_path):
    before = made_up.everything(kept)
    assert evidence.keep(CONFIG, ["config/test.yaml"], COMMIT, project, kept) == []
    assert made_up.everything(kept) == before
    part = tmp_path / "part"
    shutil.copytree(project, part)
    (part / cell_folder(CELLS[0]) / "cell.json").unlink()
    young = tmp_path / "young"
    assert CELLS[0] not in evidence.keep(CONFIG, [], COMMIT, part, young)
    assert evidence.keep(CONFIG, [], COMMIT, project, young) == [CELLS[0]]
    archives = made_up.everything(young)
    assert evidence.keep(CONFIG, [], COMMIT, part, young) == []
    assert made_up.everything(young) == archives, "what is not in the project stays"


def test_cells_of_one_attack_lie_in_one_archive(project, kept, tmp_path):
    archives = {path.relative_to(kept / "test").as_posix() for path in kept.rglob("*.tar.xz")}
    assert archives == {f"{'/'.join(cell.folder.split('/')[:4])}.tar.xz" for cell in CELLS}
    assert len(archives) < len(CELLS)


def test_cells_come_in_order_whatever_the_attack_is_called(kept):
    cells = dict(packed.read(kept / "test"))
    replacements = [cell for cell in cells if cell.attack == "pgd-replacement"]
    renamed = {replace(cell, attack="pgd"): cells[cell] for cell in replacements}
    assert renamed
    for name, content in packed.pack(renamed).items():
        (kept / "test" / name).write_bytes(content)
    assert list(dict(packed.read(kept / "test"))) == sorted([*cells, *renamed])


def test_wall_times_have_three_digits(project, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(project, other)
    path = cell_folder(CELLS[0]) / f"seed{CONFIG['seeds'][0]}.timing.csv"
    head, first, *_ = (other / path).read_text().splitlines()
    assert first == "0,1.5,0.25,0.125"
    (other / path).write_text(f"{head}\n0,0,0,7.06549123\n1,12345.6,0.000236480002,0.0282714\n")
    evidence.keep(CONFIG, [], COMMIT, other, tmp_path / "evidence")
    evidence.unpack(tmp_path / "evidence", "test", tmp_path / "clone")
    kept = pd.read_csv(tmp_path / "clone" / path)
    assert kept.to_numpy().tolist() == [[0, 0, 0, 7.07], [1, 12300, 0.000236, 0.0283]]


def test_a_cell_that_runs_takes_the_seeds_over(project, kept, tmp_path):
    clone = tmp_path / "clone"
    assert evidence.offer(kept, "test", clone) == len(CELLS) * len(CONFIG["seeds"])
    cell, seed = CELLS[0], CONFIG["seeds"][0]
    folder = clone / cell_folder(cell)
    folder.mkdir(parents=True)
    waiting = clone / "results/test/finished" / cell.folder
    assert finished.take_over(waiting, seed, "another print", folder) is None
    assert finished.take_over(waiting, seed, f"print-{seed}", folder) is not None
    name = f"seed{seed}.csv"
    assert (folder / name).read_bytes() == (project / cell_folder(cell) / name).read_bytes()


def test_starting_models_go_along(project, kept, tmp_path):
    """To where a training looks for one that it would make."""
    clone = tmp_path / "clone"
    evidence.offer(kept, "test", clone)
    waiting = clone / "results/test/finished/pretrain/standin-digits/default"
    assert (waiting / "model.safetensors").read_bytes() == (project / START).read_bytes()
    assert (waiting / "report.json").read_text() == "{}\n"
    assert starts.waiting(waiting, "a print") is None  # its record names no training


@pytest.mark.parametrize("change", ["other bytes", "too large"])
def test_starting_models_that_are_left_out(project, tmp_path, monkeypatch, change):
    other = tmp_path / "other"
    shutil.copytree(project, other)
    if change == "other bytes":
        (other / START).write_text("trained anew")
    else:
        monkeypatch.setattr(evidence, "MOST_OF_A_START", 10)
    assert evidence.keep(CONFIG, [], COMMIT, other, tmp_path / "evidence")
    assert not [*(tmp_path / "evidence").rglob("*.safetensors")]


@pytest.mark.parametrize("spare", [0, -1])
def test_a_starting_model_may_be_the_larger_the_more_cells_need_it(
    project, tmp_path, monkeypatch, spare
):
    size = (project / START).stat().st_size
    monkeypatch.setattr(evidence, "MOST_PER_CELL", (size + spare) / len(CELLS))
    evidence.keep(CONFIG, [], COMMIT, project, tmp_path / "evidence")
    assert any((tmp_path / "evidence").rglob("*.safetensors")) == (spare == 0)


def test_a_cell_that_has_been_run_is_left_alone(project, kept, tmp_path):
    clone = tmp_path / "clone"
    made_up.write(clone / cell_folder(CELLS[0]) / "cell.json", "{}")
    assert evidence.offer(kept, "test", clone) == (len(CELLS) - 1) * len(CONFIG["seeds"])


def test_other_rounds_than_the_record_vouches_for_are_refused(project, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(project, other)
    path = other / cell_folder(CELLS[0]) / f"seed{CONFIG['seeds'][0]}.csv"
    path.write_text(path.read_text().replace("90", "91"))
    evidence.keep(CONFIG, [], COMMIT, other, tmp_path / "evidence")
    with pytest.raises(DataError, match=rf"{path.name}: is not what its cell.json vouches for"):
        evidence.unpack(tmp_path / "evidence", "test", tmp_path / "clone")


def test_an_archive_that_is_cut_off_or_holds_more_is_refused(kept, tmp_path):
    name = "/".join(CELLS[0].folder.split("/")[:4])
    path = kept / "test" / f"{name}.tar.xz"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"edge-case/.*xz: is no archive of cells, or cut off"):
        evidence.unpack(kept, "test", tmp_path / "clone")
    path.write_bytes(whole)
    cells = dict(packed.read(kept / "test"))
    cells[CELLS[0]] |= {"other.csv": b""}
    path.write_bytes(packed.pack(cells)[f"{name}.tar.xz"])
    with pytest.raises(DataError, match=r"holds .*other\.csv.* of a cell; expected"):
        evidence.unpack(kept, "test", tmp_path / "clone")


def test_more_than_a_clone_should_hold_is_refused(project, tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="allowed: 1000"):
        evidence.keep(CONFIG, [], COMMIT, project, tmp_path / "evidence")
    assert not (tmp_path / "evidence").exists()


def test_figures_and_tables_are_drawn_without_training(kept, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(made_up.ROOT / "workflow/scripts")
    script = __import__("evidence")
    monkeypatch.delitem(sys.modules, "evidence")
    monkeypatch.setattr(script, "FOLDER", kept)
    monkeypatch.chdir(made_up.ROOT)
    monkeypatch.setattr(script, "beside", " | ".join)  # no claim is judged on a test's data
    page = tmp_path / "page.md"
    blocks = "<!-- verdicts -->\nold\n<!-- end -->\nkept\n<!-- printed -->\nold\n<!-- end -->\n"
    page.write_text(f"first\n{blocks}last\n")
    script.main(["draw", "--out", str(tmp_path / "drawn"), "--page", str(page)])
    drawn = {path.name for path in (tmp_path / "drawn/test").iterdir()}
    assert {f"{name}.png" for name, blocks in CONFIG["figures"].items() if blocks} <= drawn
    assert {"claims.md", "measures.csv", "summary.md"} <= drawn
    rounds = sum(config.resolve_cell(CONFIG, cell)["rounds"] + 1 for cell in CELLS)
    seconds = 1.875 * rounds * len(CONFIG["seeds"])
    heads = (tmp_path / "drawn/claims.md").read_text()
    assert page.read_text() == "".join(
        [
            "first\n<!-- verdicts -->\n",
            *(heads.split("\n\n", 1)[1], "<!-- end -->\nkept\n<!-- printed -->\n"),
            (tmp_path / "drawn/printed.md").read_text().split("\n\n", 1)[1],
            "<!-- end -->\nlast\n",
        ]
    )
    assert f"test: {len(CELLS)} cells, 1 attacks, {duration(seconds)}" in heads
    about = json.loads((kept / "test/run.json").read_text())
    assert about["config"]["figures"].keys() == CONFIG["figures"].keys()


def test_what_claims_are_judged_on_besides_goes_along(project, tmp_path):
    other, kept, clone = (tmp_path / name for name in ("other", "kept", "clone"))
    shutil.copytree(project, other)
    made_up.write(other / "results/test/tables/fig2.csv", "task,share\n")
    made_up.write(other / "results/test/looks.csv", "claim,look\n")
    evidence.keep(CONFIG, [], COMMIT, other, kept)
    evidence.unpack(kept, "test", clone)
    for name in ("tables/fig2.csv", "looks.csv"):
        place = f"results/test/{name}"
        assert (clone / place).read_bytes() == (other / place).read_bytes()
    path = kept / "test/looks.csv.xz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"looks.csv.xz: is cut off"):
        evidence.unpack(kept, "test", clone)


def test_a_claim_is_judged_at_its_last_look(kept, tmp_path, monkeypatch):
    """Of two seeds the second is left out, and without it there is no interval."""
    monkeypatch.syspath_prepend(made_up.ROOT / "workflow/scripts")
    script = __import__("evidence")
    monkeypatch.delitem(sys.modules, "evidence")
    monkeypatch.chdir(made_up.ROOT)
    about = evidence.about(kept, "test")
    evidence.unpack(kept, "test", tmp_path)
    reached = measures_of(tmp_path / cell_folder(cell) for cell in CELLS)
    plain = script._tables(reached, None, {}, about, tmp_path)
    claim = plain.loc[plain["seeds"] == 2, "claim"].iloc[0]
    look = {"seeds": 1, "most": 2, "error": 0.02}
    looked = script._tables(reached, None, {claim: look}, about, tmp_path)
    assert looked.loc[looked["claim"] == claim, "seeds"].max() == 1
    others = (plain["claim"] != claim).to_numpy()
    pd.testing.assert_frame_equal(looked[others], plain[others])


def test_the_page_counts_the_cells_that_are_there():
    page = (made_up.ROOT / "docs/evidence.md").read_text(encoding="utf-8")
    for run in evidence.runs(made_up.ROOT / "evidence"):
        count = sum(1 for _ in packed.read(made_up.ROOT / "evidence" / run))
        held = f"{count} cell{'s' * (count != 1)}"
        assert f"| {run}: {held}, " in page, "write it anew: make evidence"
