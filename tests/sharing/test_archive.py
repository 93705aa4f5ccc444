"""A finished run in a file and back; and archives of which nothing may be written."""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from tests.sharing import made_up
from tests.sharing.made_up import CELLS, CONFIG, RESULTS, ROOT, START, TEST

from edgecase.base.errors import ConfigError, DataError
from edgecase.sharing import CRATE, MANIFEST
from edgecase.sharing.archive import pack
from edgecase.sharing.unpack import unpack

FIGURE = "figures/test/fig5.png"
MONTAGE = "figures/test/fig1.png"
#: images and states, which no archive holds.
LEFT_OUT = [
    made_up.DATASET.as_posix(),
    "results/test/poison/standin-digits/edge-case/default/seed0.npz",
    "results/test/poison/standin-digits/normal-case/default/seed0.npz",
    "results/test/state/seed0.safetensors",
    "results/test/tables/.1234abcd.fig5.csv",
    "results/other/cells/x/cell.json",
]


def add_config(root):
    for name in ("config/config.yaml", TEST, "config/sources.yaml", "CITATION.cff"):
        made_up.write(root / name, (ROOT / name).read_text())
    return root


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = add_config(made_up.project(tmp_path_factory.mktemp("whole")))
    for name in (FIGURE, MONTAGE, "results/test/tables/fig5.csv"):
        made_up.write(root / name, f"drawn {name}")
        made_up.note(root, name)
    for name in LEFT_OUT[3:]:
        made_up.write(root / name, "left out")
    return root


@pytest.fixture(scope="module")
def archive(whole, tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "test.tar.gz"
    pack(CONFIG, [Path(TEST)], whole, path)
    return path


@pytest.fixture
def here(tmp_path):
    """A clone: the configuration is there."""
    return add_config(tmp_path / "here")


# packing


def test_what_is_restored_is_all_but_images_and_states(whole, archive, here):
    unpacked = unpack(archive, here)
    assert (unpacked.run, unpacked.configfiles) == ("test", [TEST])
    found = made_up.everything(here)
    manifest = json.loads(found.pop(f"results/test/{MANIFEST}"))
    notes = {made_up.note_path(MONTAGE).as_posix()}
    wanted = made_up.everything(whole)
    assert found == {name: wanted[name] for name in wanted.keys() - notes - set(LEFT_OUT)}
    packed = {name: about["sha256"] for name, about in manifest["files"].items() if name != CRATE}
    beside = {"config/sources.yaml", "CITATION.cff"}
    assert packed == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in found.items()
        if name not in beside
    }


def test_equal_runs_give_equal_archives_without_owners(whole, archive, tmp_path):
    (whole / FIGURE).touch()
    pack(CONFIG, [Path(TEST)], whole, tmp_path / "again.tar.gz")
    assert (tmp_path / "again.tar.gz").read_bytes() == archive.read_bytes()
    with tarfile.open(archive) as tar:
        assert {(m.uname, m.gname, m.uid, m.mtime) for m in tar} == {("", "", 0, 0)}


def test_a_run_that_is_not_finished_is_not_packed(tmp_path):
    root = add_config(made_up.project(tmp_path / "root", CELLS[1:]))
    made_up.change(root / made_up.cell_folder(CELLS[1]), code="0" * 16)
    with pytest.raises(DataError) as caught:
        pack(CONFIG, [Path(TEST)], root, tmp_path / "test.tar.gz")
    first, second = str(caught.value).splitlines()
    assert first == f"{made_up.cell_folder(CELLS[0])}: has not been run"
    assert "code was '0000000000000000', is" in second
    assert not (tmp_path / "test.tar.gz").exists()


def test_a_configuration_outside_its_folder_is_told(whole, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("run: test\n")
    with pytest.raises(ConfigError, match=r"mine\.yaml: a configuration that is archived has to"):
        pack(CONFIG, [path], whole, tmp_path / "test.tar.gz")


# unpacking


def test_what_is_restored_is_of_one_time_and_the_configuration_keeps_its_own(archive, here):
    before = (here / TEST).stat().st_mtime_ns
    unpack(archive, here)
    assert (here / TEST).stat().st_mtime_ns == before
    times = {p.stat().st_mtime for p in (here / "results").rglob("*") if p.is_file()}
    assert len(times) == 1


def test_a_configuration_of_ones_own_comes_along(archive, here):
    (here / TEST).unlink()
    unpack(archive, here)
    assert (here / TEST).read_text() == (ROOT / TEST).read_text()


def test_unpacking_again_keeps_what_was_drawn_here(archive, here):
    unpack(archive, here)
    (here / FIGURE).write_text("drawn in another style")
    made_up.note(here, FIGURE)
    (here / made_up.note_path(FIGURE)).write_text("its own note")
    (here / "results/test/tables/fig5.csv").unlink()
    before = made_up.everything(here)
    unpack(archive, here)
    after = made_up.everything(here)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"results/test/tables/fig5.csv"}


def refused(archive, here, told):
    before = made_up.everything(here)
    with pytest.raises(DataError, match=told):
        unpack(archive, here)
    assert made_up.everything(here) == before


@pytest.mark.parametrize(
    "name", [f"{made_up.cell_folder(CELLS[0])}/seed0.csv", START.as_posix(), TEST]
)
def test_another_source_of_numbers_is_not_replaced(archive, here, name):
    made_up.write(here / name, "another")
    refused(archive, here, f"{name}: is there and is not the archive's")


def test_other_data_are_told(archive, here):
    made_up.write(here / made_up.DATASET, "another download")
    told = f"{made_up.DATASET}: is not what the archive's cells were made from"
    refused(archive, here, told)
    made_up.write(here / made_up.DATASET, f"bytes of {made_up.DATASET}")
    unpack(archive, here)


# archives that nobody packed so


def members(archive):
    with tarfile.open(archive) as tar:
        return [(info, tar.extractfile(info).read()) for info in tar]


def written(path, entries):
    """A tar of (TarInfo, content)."""
    with tarfile.open(path, "w:gz") as tar:
        for info, content in entries:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return path


def with_manifest(archive, path, change, extra=()):
    """The archive with a changed manifest and further members."""
    (head, text), *rest = members(archive)
    manifest = json.loads(text)
    change(manifest)
    return written(path, [(head, json.dumps(manifest).encode()), *rest, *extra])


def listed(name, content=b"one more"):
    """A change of the manifest that lists one more file, and its member."""
    about = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return lambda manifest: manifest["files"].update({name: about}), (
        tarfile.TarInfo(name),
        content,
    )


@pytest.mark.parametrize(
    "name",
    [
        *("Snakefile", "results/other/cells/x", "config/x.smk", "results/test/a b"),
        made_up.note_path("results/other/x").as_posix(),
    ],
)
def test_paths_that_are_no_file_of_the_run(archive, here, tmp_path, name):
    change, member = listed(name)
    path = with_manifest(archive, tmp_path / "x.tar.gz", change, [member])
    refused(path, here, "which is no file of a run")


def test_a_folder_in_the_place_of_a_file(archive, here, tmp_path):
    name = "results/test/cells/folder"
    change, (info, content) = listed(name, b"")
    info.type = tarfile.DIRTYPE
    path = with_manifest(archive, tmp_path / "x.tar.gz", change, [(info, content)])
    refused(path, here, f"'{name}' is no plain file; allowed: the files that its {MANIFEST} lists")


def test_a_member_that_is_not_listed_or_comes_twice(archive, here, tmp_path):
    for name in ("results/test/x", FIGURE):
        extra = [(tarfile.TarInfo(name), b"another")]
        path = with_manifest(archive, tmp_path / "x.tar.gz", lambda manifest: None, extra)
        refused(path, here, f"'{name}' is a file; allowed: the files that .* lists, each once")


def test_altered_bytes(archive, here, tmp_path):
    entries = [
        (info, b"altered" if info.name == FIGURE else content) for info, content in members(archive)
    ]
    refused(written(tmp_path / "x.tar.gz", entries), here, f"{FIGURE} is not what {MANIFEST} says")


def test_a_member_that_is_missing(archive, here, tmp_path):
    entries = [entry for entry in members(archive) if entry[0].name != FIGURE]
    refused(written(tmp_path / "x.tar.gz", entries), here, f"lacks {FIGURE} and 0 more")


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.98])
def test_a_cut_archive(archive, here, tmp_path, keep):
    content = archive.read_bytes()
    (tmp_path / "x.tar.gz").write_bytes(content[: int(keep * len(content))])
    refused(tmp_path / "x.tar.gz", here, r"x\.tar\.gz: (cannot be read|lacks)")


# Named here: gzip's header holds the time, and every worker must name a test the same.
@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"no tar")],
    ids=["nothing", "text", "gzip without tar"],
)
def test_what_is_no_archive(here, tmp_path, content):
    (tmp_path / "x.tar.gz").write_bytes(content)
    refused(tmp_path / "x.tar.gz", here, r"x\.tar\.gz: (cannot be read|does not begin)")


def test_an_archive_that_is_not_there(here, tmp_path):
    refused(tmp_path / "none.tar.gz", here, "none.tar.gz: cannot be read")


@pytest.mark.parametrize(
    "values",
    [
        *({"run": "data"}, {"format": 2}, {"files": []}, {"commit": "none"}),
        *({"configfiles": ["x.yaml"]}, {"code": {"pretrain": 1}}),
    ],
)
def test_manifests_that_are_none(archive, here, tmp_path, values):
    path = with_manifest(archive, tmp_path / "x.tar.gz", lambda manifest: manifest.update(values))
    refused(path, here, "its archive.json is none|which is no file of a run")


def test_a_manifest_that_comes_late(archive, here, tmp_path):
    first, second, *rest = members(archive)
    refused(written(tmp_path / "x.tar.gz", [second, first, *rest]), here, "does not begin with")


def test_more_than_the_disk_holds(archive, here, tmp_path, monkeypatch):
    free = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    refused(archive, here, r"unpacks to [0-9]+ bytes; 100 are free")


def test_other_code_names_the_commit_to_check_out(archive, here, tmp_path):
    commit = "0123456789abcdef0123456789abcdef01234567"

    def other(manifest):
        manifest["code"]["pretrain"] = "0" * 16
        manifest["commit"] = commit

    path = with_manifest(archive, tmp_path / "x.tar.gz", other)
    refused(path, here, rf"made by other code .*\(pretrain\).*; .*: git checkout {commit}")


def test_results_may_be_a_link_to_a_folder(archive, here, tmp_path):
    (tmp_path / "disk").mkdir()
    (here / "results").symlink_to(tmp_path / "disk")
    unpack(archive, here)
    assert (tmp_path / "disk/test" / MANIFEST).exists()
    assert (here / RESULTS / "tables/fig5.csv").exists()
