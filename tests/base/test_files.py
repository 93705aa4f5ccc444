"""A file appears complete or not at all."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import (
    atomic_path,
    clear_unfinished,
    locked,
    require_file_name,
    require_writable,
)

LIBRARY = Path(__file__).parents[2] / "workflow"


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


def test_a_folder_is_refused_before_anything_is_written(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    told = "tables' is a folder; expected a file to write"
    with pytest.raises(ConfigError, match=told), atomic_path(folder):
        pytest.fail("the work began")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("path", ["", ".", "/", ".."])
def test_a_path_that_can_be_no_files_is_refused(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"names no file to write|is a folder"):
        require_file_name(path)


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


# power cuts and kills


def test_content_is_on_the_disk_before_the_name_and_the_name_before_the_end(old, monkeypatch):
    """Whenever the power goes, the name leads to the old content or to all of the new."""
    happened, flush, replace = [], os.fsync, Path.replace

    def recorded_flush(handle):
        happened.append(("flush", Path(f"/proc/self/fd/{handle}").readlink()))
        flush(handle)

    def recorded_replace(path, target):
        happened.append(("replace", path))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", recorded_flush)
    monkeypatch.setattr(Path, "replace", recorded_replace)
    with atomic_path(old) as temporary:
        temporary.write_text("new")
        assert happened == []
    assert happened == [("flush", temporary), ("replace", temporary), ("flush", old.parent)]


@pytest.mark.parametrize(
    ("number", "what", "fails"),
    [
        (errno.EINVAL, "folder", False),
        (errno.EINVAL, "file", True),
        (errno.EIO, "folder", True),
        (errno.EIO, "file", True),
    ],
)
def test_a_file_system_may_know_flushing_for_files_alone(old, monkeypatch, number, what, fails):
    def flush(handle):
        if Path(f"/proc/self/fd/{handle}").is_dir() == (what == "folder"):
            raise OSError(number, os.strerror(number))

    def write():
        with atomic_path(old) as temporary:
            temporary.write_text("new")

    monkeypatch.setattr(os, "fsync", flush)
    if fails:
        with pytest.raises(OSError, match=os.strerror(number)):
            write()
    else:
        write()
    assert old.read_text() == ("old" if fails and what == "file" else "new")


def test_what_a_killed_writer_left_is_removed_and_nothing_else(old):
    """Killed by SIGKILL in the middle: the old file is whole, and the new one's half is hidden."""
    script = (
        "import os, signal, sys\n"
        "from edgecase.base.files import atomic_path\n"
        "with atomic_path(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(old)], cwd=LIBRARY, check=False)
    assert done.returncode == -9
    assert old.read_text() == "old"
    keep = old.with_name(".hidden.csv")
    keep.touch()
    assert len(list(old.parent.iterdir())) == 3
    clear_unfinished(old.parent)
    assert set(old.parent.iterdir()) == {old, keep}
    clear_unfinished(old.parent / "missing")


# a folder for one process

#: says whether one before it has left, and notes in the folder that it leaves itself
HOLDER = (
    "import sys\n"
    "from pathlib import Path\n"
    "from edgecase.base.files import locked\n"
    "with locked(sys.argv[1], print):\n"
    "    left = Path(sys.argv[1], 'left')\n"
    "    print('in after another' if left.exists() else 'in', flush=True)\n"
    "    sys.stdin.read()\n"
    "    left.touch()\n"
)


@pytest.fixture
def holder(tmp_path):
    """A process that has the folder until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=LIBRARY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "in\n"
        yield process
        process.kill()


def test_who_comes_second_waits_and_says_for_whom(tmp_path, holder):
    said = []

    def report(text):
        said.append(text)
        holder.kill()  # which frees the folder, however late

    with locked(tmp_path, report):
        assert holder.wait() == -9
    (text,) = said
    assert text.startswith(f"{tmp_path}: in use by process {holder.pid} on ")
    assert text.endswith("; waiting for it to end")


def test_the_second_is_not_in_before_the_first_has_ended(tmp_path, holder):
    second = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        cwd=LIBRARY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with second:
        assert "waiting" in second.stdout.readline()
        holder.stdin.close()
        assert second.stdout.readline() == "in after another\n"
        second.stdin.close()
    assert second.returncode == 0


def test_a_folder_is_free_again_and_may_be_new(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "new" / "folder", pytest.fail):
            pass
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["lock"]


@pytest.mark.parametrize(
    ("number", "goes_on"), [(errno.ENOLCK, True), (errno.EOPNOTSUPP, True), (errno.EIO, False)]
)
def test_a_file_system_without_locks(tmp_path, monkeypatch, number, goes_on):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    said = []
    monkeypatch.setattr(fcntl, "flock", refuse)
    if goes_on:
        with locked(tmp_path, said.append):
            pass
        assert "has no locks" in said[0]
    else:
        with pytest.raises(OSError, match=os.strerror(number)), locked(tmp_path, said.append):
            pass
