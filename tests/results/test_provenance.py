"""Digests of files and the versions that decide the numbers."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

import pytest

from edgecase.results import provenance

#: sha256 of "abc", FIPS 180-2, appendix B.1
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_file_digest_is_sha256(tmp_path):
    path = tmp_path / "abc.npz"
    path.write_bytes(b"abc")
    assert provenance.file_digest(path) == provenance.file_digest(str(path)) == ABC


def test_file_digest_of_more_than_one_block(tmp_path):
    content = bytes(range(256)) * 5000
    path = tmp_path / "big.npz"
    path.write_bytes(content)
    assert provenance.file_digest(path) == hashlib.sha256(content).hexdigest()


def test_file_digests_keep_the_paths_as_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.npz").write_bytes(b"abc")
    assert provenance.file_digests(["a.npz", tmp_path / "a.npz"]) == {
        "a.npz": ABC,
        str(tmp_path / "a.npz"): ABC,
    }


def test_versions(monkeypatch):
    monkeypatch.setattr(provenance, "_PACKAGES", ("torch", "numpy", "no-such-package"))
    assert provenance.versions() == {
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "numpy": importlib.metadata.version("numpy"),
        "no-such-package": "not installed",
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("results/data/a.npz", "results/data/a.npz"),
        ("/elsewhere/results/a.npz", "/elsewhere/results/a.npz"),
        (".snakemake/storage/fs/edgecase/results/data/a.npz", "results/data/a.npz"),
        (".snakemake/storage/fs/results/of-mine/results/r/b.npz", "results/r/b.npz"),
        (".snakemake/storage/fs/edgecase/a.npz", ".snakemake/storage/fs/edgecase/a.npz"),
    ],
)
def test_a_copy_of_a_stored_file_is_called_as_the_file(path, name):
    assert provenance.in_project(path) == name
