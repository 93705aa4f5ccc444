"""Of an archive only the named members are taken, and only as published."""

import pytest
from tests.datasets.made_up import CONTAINERS, SINGLE, member, rar, tar, zipped

from edgecase.base import files
from edgecase.datasets.archives import archive_stem, extract, holds_many

A, B = b"first member" * 50, b"second\x00member"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def names(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_named_members_are_taken_and_no_others(tmp_path, out, suffix):
    archive = tmp_path / f"pack{suffix}"
    archive.write_bytes(CONTAINERS[suffix]({"dir/a": A, "dir/other": b"x", "b": B}))
    assert extract(archive, [member("a", A), member("b", B)], out) == {}
    assert names(out) == ["a", "b"]
    assert (out / "a").read_bytes() == A
    assert (out / "b").read_bytes() == B


@pytest.mark.parametrize("suffix", SINGLE)
def test_a_compressed_file_is_an_archive_of_one(tmp_path, out, suffix):
    archive = tmp_path / f"a{suffix}"
    archive.write_bytes(SINGLE[suffix](A))
    assert extract(archive, [member("a", A)], out) == {}
    assert (out / "a").read_bytes() == A


def test_archives_are_known_by_their_suffix():
    for name, stem, many in (
        ("x.tar.gz", "x", True),
        ("x.TGZ", "x", True),
        ("x.y.zip", "x.y", True),
        ("x.gz", "x", False),
        ("x.pkl", None, False),
    ):
        assert archive_stem(name) == stem
        assert holds_many(name) == many


def test_an_altered_member_is_named_with_both_digests_and_not_written(tmp_path, out):
    archive = tmp_path / "pack.zip"
    altered = A[:-1] + b"!"
    archive.write_bytes(zipped({"a": altered}))
    reason = extract(archive, [member("a", A)], out)["a"]
    for part in (str(archive), "member a", *(member("a", c).digests.sha256 for c in (A, altered))):
        assert part in reason
    assert names(out) == []


def test_of_two_members_of_one_name_the_published_one_is_taken(tmp_path, out):
    archive = tmp_path / "pack.zip"
    archive.write_bytes(zipped({"old/a": B, "new/a": A, "newer/a": B}))
    assert extract(archive, [member("a", A)], out) == {}
    assert (out / "a").read_bytes() == A


@pytest.mark.parametrize("suffix", [".tar", ".tar.xz", ".zip", ".rar"])
def test_a_truncated_archive_gives_a_reason_and_no_half_member(tmp_path, out, suffix):
    content = bytes(range(256)) * 400
    whole = CONTAINERS[suffix]({"a": content})
    archive = tmp_path / f"pack{suffix}"
    archive.write_bytes(whole[: len(whole) // 2])
    assert str(archive) in extract(archive, [member("a", content)], out)["a"]
    assert names(out) == []


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip", ".rar", ".gz", ".xz"])
def test_what_is_no_archive_gives_a_reason(tmp_path, out, suffix):
    archive = tmp_path / f"a{suffix}"
    archive.write_bytes(b"<html>not found</html>" * 40)
    assert str(archive) in extract(archive, [member("a", A)], out)["a"]


@pytest.mark.parametrize("suffix", [".zip", ".gz"])
def test_no_more_is_unpacked_than_a_member_may_have(tmp_path, out, suffix):
    archive = tmp_path / f"a{suffix}"
    archive.write_bytes((CONTAINERS | SINGLE)[suffix]({"a": A} if suffix == ".zip" else A))
    reason = extract(archive, [member("a", A[:5])], out)["a"]
    assert "at most 5 bytes, it unpacks to more" in reason
    assert names(out) == []


def test_a_full_disk_is_not_the_archives_fault(tmp_path, out, monkeypatch):
    archive = tmp_path / "pack.tar"
    archive.write_bytes(tar({"a": A}, "w:"))
    out.mkdir()
    (out / ".full.a").symlink_to("/dev/full")
    with monkeypatch.context() as patched:
        patched.setattr(files.secrets, "token_hex", lambda _: "full")
        with pytest.raises(OSError, match="No space left on device") as caught:
            extract(archive, [member("a", A)], out)
    assert caught.value.filename == str(out / "a")
    assert names(out) == []
    assert extract(archive, [member("a", A)], out) == {}


def test_members_before_the_damage_are_kept(tmp_path, out):
    whole = tar({"a": A, "b": B * 100_000}, "w:gz")
    archive = tmp_path / "pack.tar.gz"
    archive.write_bytes(whole[:-200])
    refused = extract(archive, [member("a", A), member("b", B * 100_000)], out)
    assert list(refused) == ["b"]
    assert names(out) == ["a"]


def test_the_made_up_rar_is_one_to_others_too(tmp_path):
    """The writer in made_up.py is checked with the library's own listing and CRC check."""
    from unrar.cffi import rarfile

    path = tmp_path / "pack.rar"
    path.write_bytes(rar({"dir/a": A, "b": B}))
    archive = rarfile.RarFile(str(path))
    assert [(i.filename, i.file_size) for i in archive.infolist()] == [
        ("dir/a", len(A)),
        ("b", len(B)),
    ]
    assert archive.testrar() is None
