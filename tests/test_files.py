"""A file appears complete or not at all."""

import errno
import os
from pathlib import Path

import pytest

from edgecase.errors import DataError
from edgecase.files import atomic_path, require_writable


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    return path


def test_content_takes_the_place_of_the_old(old):
    with atomic_path(old) as temporary:
        temporary.write_text("new")
        assert old.read_text() == "old"
    assert old.read_text() == "new"
    assert list(old.parent.iterdir()) == [old]


def test_missing_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "table.csv"
    with atomic_path(str(path)) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_temporary_name_lies_beside_the_file_and_keeps_its_endings(tmp_path):
    path = tmp_path / "seed0.timing.csv"
    with atomic_path(path) as first, atomic_path(path) as second:
        assert {first.parent, second.parent} == {tmp_path}
        assert first.suffixes[-2:] == [".timing", ".csv"]
        assert first != second
        first.touch()
        second.touch()


@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt(), SystemExit(1)])
def test_error_while_writing_leaves_the_old_file_alone(old, error):
    def write():
        with atomic_path(old) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert old.read_text() == "old"
    assert list(old.parent.iterdir()) == [old]


def test_nothing_written_is_an_error(old):
    with pytest.raises(FileNotFoundError), atomic_path(old):
        pass
    assert old.read_text() == "old"


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize("exists", [True, False])
def test_full_disk_leaves_what_was_there(old, monkeypatch, owner, name, exists):
    path = old if exists else old.with_name("new.csv")
    monkeypatch.setattr(owner, name, full)
    with pytest.raises(OSError, match="No space left"), atomic_path(path) as temporary:
        temporary.write_text("half")
    assert {p.name: p.read_text() for p in old.parent.iterdir()} == {"table.csv": "old"}


def test_device_that_takes_no_byte(old):
    """A write that fails at the system's own full device, not at a stand-in for it."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")

    def write():
        with atomic_path(old) as temporary:
            temporary.symlink_to("/dev/full")
            temporary.write_text("half")

    with pytest.raises(OSError, match="No space left") as caught:
        write()
    assert caught.value.filename == str(old), "a failed write does not say where"
    assert old.read_text() == "old"
    assert list(old.parent.iterdir()) == [old]


def test_another_files_error_keeps_its_name(old):
    with pytest.raises(PermissionError) as caught, atomic_path(old):
        raise PermissionError(errno.EACCES, "Permission denied", "other.csv")
    assert caught.value.filename == "other.csv"


# folders


def test_a_folder_takes_files_if_it_can_be_made(tmp_path):
    require_writable(tmp_path)
    require_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder(old):
    with pytest.raises(DataError, match=f"b: {old} is a file; expected a folder"):
        require_writable(old / "a" / "b")


def test_a_folder_that_takes_no_files(tmp_path, monkeypatch):
    """As on a read-only file system, where the system answers root so too."""
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(DataError, match=f"a: {tmp_path} takes no files"):
        require_writable(tmp_path / "a")
