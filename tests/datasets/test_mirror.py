import shutil

import pytest
from tests.datasets.made_up import CONTAINERS, SINGLE, archive_file, plain_file, source, tar

from edgecase.base.errors import DataError
from edgecase.datasets.mirror import copy_from_mirror

A, B = b"content of a", b"content of b"
PUBLISHED = tar({"batches/a": A, "batches/b": B}, "w:gz")
ARCHIVE = archive_file("pack.tar.gz", PUBLISHED, {"a": A, "b": B})


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    return folder


@pytest.fixture
def copy(mirror, tmp_path):
    def run(file):
        out = tmp_path / "out"
        missing = copy_from_mirror(mirror, source(file), file, file.members, out)
        found = {path.name: path.read_bytes() for path in sorted(out.glob("*"))}
        shutil.rmtree(out, ignore_errors=True)
        return found, missing

    return run


@pytest.mark.parametrize(
    ("place", "suffix"),
    [("", ".tar.gz"), ("demo", ".zip"), ("demo/deeper", ".tar"), ("elsewhere", ".rar")],
)
def test_an_archive_of_the_published_name_in_any_container(mirror, copy, place, suffix):
    (mirror / place).mkdir(parents=True, exist_ok=True)
    (mirror / place / f"pack{suffix}").write_bytes(CONTAINERS[suffix]({"a": A, "x/b": B}))
    assert copy(ARCHIVE) == ({"a": A, "b": B}, {})


def test_an_archive_of_another_name_in_the_folder_of_the_source(mirror, copy):
    (mirror / "demo").mkdir()
    (mirror / "demo" / "other.zip").write_bytes(CONTAINERS[".zip"]({"a": A, "b": B}))
    assert copy(ARCHIVE) == ({"a": A, "b": B}, {})
    (mirror / "demo").rename(mirror / "someone-elses")
    assert copy(ARCHIVE)[0] == {}


@pytest.mark.parametrize("place", ["", "demo", "demo/batches", "elsewhere/batches"])
def test_members_that_are_unpacked(mirror, copy, place):
    (mirror / place).mkdir(parents=True, exist_ok=True)
    (mirror / place / "a").write_bytes(A)
    (mirror / place / "b").write_bytes(B)
    assert copy(ARCHIVE) == ({"a": A, "b": B}, {})


@pytest.mark.parametrize("suffix", SINGLE)
def test_a_file_that_is_compressed_alone(mirror, copy, suffix):
    (mirror / f"a.bin{suffix}").write_bytes(SINGLE[suffix](A))
    assert copy(plain_file("a.bin", A)) == ({"a.bin": A}, {})


def test_members_may_come_from_different_places(mirror, copy):
    (mirror / "a").write_bytes(A)
    (mirror / "pack.zip").write_bytes(CONTAINERS[".zip"]({"b": B}))
    assert copy(ARCHIVE) == ({"a": A, "b": B}, {})


def test_an_altered_copy_is_passed_over_for_a_right_one(mirror, copy):
    (mirror / "demo").mkdir()
    (mirror / "demo" / "a").write_bytes(A[::-1])
    (mirror / "z").mkdir()
    (mirror / "z" / "a").write_bytes(A)
    (mirror / "z" / "b").write_bytes(B)
    assert copy(ARCHIVE) == ({"a": A, "b": B}, {})


def test_what_is_missing_comes_with_every_reason(mirror, copy):
    (mirror / "demo").mkdir()
    (mirror / "demo" / "a").write_bytes(A[::-1])
    (mirror / "demo" / "pack.tar.gz").write_bytes(PUBLISHED[:20])
    found, missing = copy(ARCHIVE)
    assert found == {}
    assert ARCHIVE.members[0].digests.sha256 in missing["a"]
    assert "pack.tar.gz: cannot be unpacked" in missing["a"]
    assert "pack.tar.gz: cannot be unpacked" in missing["b"]


def test_an_empty_mirror_is_a_reason_and_no_mirror_an_error(mirror, copy):
    found, missing = copy(ARCHIVE)
    assert found == {}
    assert missing["a"] == f"{mirror}: holds no a, packed or not"
    mirror.rmdir()
    with pytest.raises(DataError, match=r"mirror .*mirror: no such folder"):
        copy(ARCHIVE)
