import pytest

from edgecase.datasets.digests import Digests

# digests of "abc" from RFC 1321 and FIPS 180-2
MD5 = "900150983cd24fb0d6963f7d28e17f72"
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def abc(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    return path


@pytest.mark.parametrize("digests", [Digests(sha256=SHA256), Digests(md5=MD5)])
def test_the_published_file_matches(abc, digests):
    assert digests.mismatch(abc) is None


def test_sha256_decides_where_both_are_given(abc):
    assert Digests(sha256=SHA256, md5="0" * 32).mismatch(abc) is None
    assert Digests(sha256=SHA256, md5=MD5).strongest == f"sha256:{SHA256}"


def test_a_mismatch_names_both_digests(abc):
    assert Digests(md5="0" * 32).mismatch(abc) == f"expected md5 {'0' * 32}, found {MD5}"


def test_unconfirmed_digests_warn_and_refuse_nothing(abc, capsys):
    unconfirmed = Digests(sha256="0" * 64, unconfirmed=True)
    assert unconfirmed.mismatch(abc) is None
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {abc}: expected sha256 {'0' * 64}, found {SHA256}; ")
    assert Digests(sha256=SHA256, unconfirmed=True).mismatch(abc) is None
    assert capsys.readouterr().err == ""


def test_a_git_blob_id_is_what_git_prints(tmp_path):
    """The id is what `printf 'hello\\n' | git hash-object --stdin` prints."""
    path = tmp_path / "file"
    path.write_bytes(b"hello\n")
    blob = Digests(git_blob="ce013625030ba8dba906f756967f9e9ca394464a")
    assert blob.mismatch(path) is None
    path.write_bytes(b"hello")
    assert "expected git-blob ce01" in blob.mismatch(path)


def test_the_first_digits_of_sha256(abc):
    assert Digests(sha256_start=SHA256[:8]).mismatch(abc) is None
    problem = Digests(sha256_start="0" * 8).mismatch(abc)
    assert problem == f"expected sha256-start {'0' * 8}, found {SHA256}"
    assert Digests(sha256_start=SHA256[1:9]).mismatch(abc)
