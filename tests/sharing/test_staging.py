"""Files put in their places together, on one disk and from one to another."""

import errno
from pathlib import Path

import pytest

from edgecase.sharing.staging import place, staging


@pytest.mark.parametrize("disks", [1, 2])
def test_files_take_their_places_with_one_time(tmp_path, monkeypatch, disks):
    if disks == 2:
        within = Path.replace

        def replace(self, target):
            if self.is_relative_to(folder):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            return within(self, target)

        monkeypatch.setattr(Path, "replace", replace)
    (tmp_path / "there").write_text("there")
    with staging(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a/b").write_text("new")
        (folder / "left").write_text("not placed")
        place(folder, tmp_path, [Path("a/b")], also=[Path("there")])
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"a/b", "there"}
    assert (tmp_path / "a/b").read_text() == "new"
    times = {(tmp_path / name).stat().st_mtime for name in found}
    assert len(times) == 1


def test_a_full_target_is_told_and_the_folder_goes(tmp_path):
    (tmp_path / "a").write_text("a file, not a folder")
    with staging(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a/b").write_text("new")
        with pytest.raises(OSError, match="a"):
            place(folder, tmp_path, [Path("a/b")])
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
