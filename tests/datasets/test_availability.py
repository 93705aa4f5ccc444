"""Where the files of a source are."""

import pytest
from tests.datasets.made_up import archive_file, plain_file, source, tar

from edgecase.datasets.availability import answers, by_hand, is_complete, listing, out_of_reach

A, B = b"content of a", b"content of b"
PACK = archive_file("pack.tar.gz", tar({"a": A, "b": B}, "w:gz"), {"a": A, "b": B})
SOURCE = source(PACK)


def put(folder, **contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_source_is_complete_with_all_its_files_unaltered(tmp_path):
    assert not is_complete(SOURCE, tmp_path)
    assert not is_complete(SOURCE, put(tmp_path, a=A))
    assert not is_complete(SOURCE, put(tmp_path, b=B[:-1]))
    assert is_complete(SOURCE, put(tmp_path, b=B))


def test_an_address_answers_if_it_has_the_file_or_may_have_it_later(server):
    server.files["a"] = A
    assert answers(server.url("plain/a"))
    assert answers(server.url("busy/a"))
    assert not answers(server.url("gone/a"))
    server.close()
    assert not answers(server.url("plain/a"))
    assert not answers("no address")


@pytest.mark.parametrize(
    ("mirrored", "reached", "lacking"),
    [
        ((), (), True),
        ((), ("second",), False),
        (("a",), (), True),
        (("a", "b"), (), False),
        (("pack.zip",), (), False),
    ],
)
def test_a_source_is_in_the_mirror_or_at_one_of_its_addresses(tmp_path, mirrored, reached, lacking):
    put(tmp_path / "mirror" / "demo", **dict.fromkeys(mirrored, b""))
    here = source(archive_file("pack.tar.gz", b"", {"a": A, "b": B}, "first", "second"))
    found = out_of_reach([here], tmp_path / "mirror", reached.__contains__)
    assert found == ([here] if lacking else [])


def test_every_source_out_of_reach_is_named_once():
    two = source(plain_file("x", A, "u"), plain_file("y", B, "v"))
    assert out_of_reach([SOURCE, two], None, lambda url: False) == [SOURCE, two]
    told = by_hand([two], None).splitlines()
    assert told[:3] == [
        "Put these files, or what is in the archives, into <folder>:",
        *("  demo/x", "  demo/y"),
    ]


def test_the_listing_says_where_each_source_is(tmp_path):
    raw, mirror, made = tmp_path / "raw", tmp_path / "mirror", tmp_path / "demo.npz"

    def state(mirror=None):
        (line, *rest) = listing([SOURCE], raw, {"demo": made}, mirror).splitlines()
        return line.split(" MB  ")[1], rest

    assert state() == ("missing: the run downloads it", state()[1])
    assert "  demo/pack.tar.gz" in state()[1]
    put(mirror / "demo", **{"pack.tar": b""})
    assert state(mirror) == (f"in the mirror: {mirror}", [])
    made.touch()
    assert state(mirror) == (f"not needed: {made} is made", [])
    put(raw / "demo", a=A, b=B)
    assert state(mirror) == (f"there: {raw / 'demo'}", [])
    assert "comes with the project" in listing([], raw, {}, None)
