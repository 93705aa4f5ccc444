import resource

import pytest
from tests.datasets.made_up import archive_file, plain_file, source, tar, zipped

from edgecase.base.errors import DataError
from edgecase.datasets.digests import Digests
from edgecase.datasets.fetch import fetch
from edgecase.datasets.sources import Member, SourceFile

BODY = bytes(range(256)) * 800
PACK = tar({"batches/a": b"aaa", "batches/b": b"bbb"}, "w:gz")
#: for servers that send no more; the others have all the time they need
QUICK = (2.0, 0.3)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "raw" / "demo"


def everything(out):
    """Every file below the folder of raw files, unfinished ones included."""
    return sorted(path.name for path in out.parent.rglob("*") if path.is_file())


def test_a_file_is_downloaded_and_nothing_else_is_left(server, out):
    server.files["f.bin"] = BODY
    demo = source(plain_file("f.bin", BODY, server.url("plain/f.bin")))
    assert fetch(demo, out) == [out / "f.bin"]
    assert (out / "f.bin").read_bytes() == BODY
    assert everything(out) == ["f.bin"]


def test_only_the_named_members_of_an_archive_are_kept(server, out):
    server.files["p.tar.gz"] = PACK
    demo = source(archive_file("p.tar.gz", PACK, {"a": b"aaa"}, server.url("plain/p.tar.gz")))
    fetch(demo, out)
    assert everything(out) == ["a"]


def test_what_is_there_already_is_not_fetched_again(server, out):
    server.files["f.bin"] = BODY
    demo = source(plain_file("f.bin", BODY, server.url("plain/f.bin")))
    fetch(demo, out)
    fetch(demo, out)
    assert len(server.requests) == 1
    (out / "f.bin").write_bytes(BODY[:-1] + b"?")
    fetch(demo, out)
    assert len(server.requests) == 2
    assert (out / "f.bin").read_bytes() == BODY


def test_the_mirror_comes_first(server, out, tmp_path):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "p.zip").write_bytes(zipped({"a": b"aaa"}))
    demo = source(archive_file("p.tar.gz", PACK, {"a": b"aaa"}, server.url("plain/p.tar.gz")))
    fetch(demo, out, tmp_path / "mirror")
    assert (out / "a").read_bytes() == b"aaa"
    assert server.requests == []


def test_what_the_mirror_lacks_is_downloaded(server, out, tmp_path):
    server.files["p.tar.gz"] = PACK
    (tmp_path / "a").write_bytes(b"aaa")
    members = {"a": b"aaa", "b": b"bbb"}
    demo = source(archive_file("p.tar.gz", PACK, members, server.url("plain/p.tar.gz")))
    fetch(demo, out, tmp_path)
    assert everything(out) == ["a", "b"]


@pytest.mark.parametrize("manner", ["gone", "hang", "stall"])
def test_a_bad_server_is_left_for_the_next_url(server, out, manner):
    server.files["f.bin"] = BODY
    urls = server.url(f"{manner}/f.bin"), server.url("plain/f.bin")
    fetch(source(plain_file("f.bin", BODY, *urls)), out, timeout=QUICK)
    assert (out / "f.bin").read_bytes() == BODY


def test_a_file_known_by_its_git_blob_alone_is_downloaded(server, out):
    """As the authors' models are; `printf 'hello\\n' | git hash-object --stdin` prints the id."""
    blob = Digests(git_blob="ce013625030ba8dba906f756967f9e9ca394464a")
    server.files["m.pt"] = b"hello\n"
    url = server.url("plain/m.pt")
    demo = source(SourceFile("m.pt", (url,), (Member("m.pt", blob, 99),), digests=blob))
    fetch(demo, out)
    assert (out / "m.pt").read_bytes() == b"hello\n"
    (out / "m.pt").unlink()
    server.files["m.pt"] = b"hello"
    with pytest.raises(DataError, match="expected git-blob ce01"):
        fetch(demo, out)
    assert not (out / "m.pt").exists()


def test_a_server_that_is_busy_once_is_asked_again_and_a_final_answer_is_not(server, out):
    server.files["f.bin"] = BODY
    urls = server.url("gone/f.bin"), server.url("busy/f.bin")
    fetch(source(plain_file("f.bin", BODY, *urls)), out)
    assert [path for path, _ in server.requests] == ["gone/f.bin", "busy/f.bin", "busy/f.bin"]


def test_a_broken_download_goes_on_where_it_stopped(server, out):
    server.files["f.bin"] = BODY
    fetch(source(plain_file("f.bin", BODY, server.url("cut/f.bin"))), out)
    assert (out / "f.bin").read_bytes() == BODY
    (_, first), (_, second) = server.requests
    assert first is None
    # what arrived of the last 64 KiB block is lost
    assert second == "bytes=65536-"


def test_a_broken_download_goes_on_in_a_later_call(server, out):
    server.files["f.bin"] = BODY
    demo = source(plain_file("f.bin", BODY, server.url("stall/f.bin")))
    with pytest.raises(DataError):
        fetch(demo, out, timeout=QUICK)
    assert everything(out) == ["f.bin.part"]
    have = (out.parent / ".partial-demo" / "f.bin.part").stat().st_size
    assert 0 < have < len(BODY)
    server.requests.clear()
    good = source(plain_file("f.bin", BODY, server.url("plain/f.bin")))
    fetch(good, out)
    assert server.requests == [("plain/f.bin", f"bytes={have}-")]
    assert everything(out) == ["f.bin"]


@pytest.mark.parametrize("manner", ["whole", "shifted"])
def test_a_server_that_cannot_resume_is_asked_from_the_start(server, out, manner):
    server.files["f.bin"] = BODY
    fetch(source(plain_file("f.bin", BODY, server.url(f"{manner}/f.bin"))), out)
    assert (out / "f.bin").read_bytes() == BODY


@pytest.mark.parametrize(
    "sent",
    [BODY[:-1], BODY[::-1]],
    ids=["short", "other"],
)
def test_another_content_is_refused_and_leaves_no_file(server, out, sent):
    server.files["f.bin"] = sent
    demo = source(plain_file("f.bin", BODY, server.url("plain/f.bin")))
    with pytest.raises(DataError) as caught:
        fetch(demo, out)
    assert server.url("plain/f.bin") in str(caught.value)
    assert not (out / "f.bin").exists()


@pytest.mark.parametrize(
    ("manner", "length"), [("plain", 1000), ("whole", 1000), ("plain", len(BODY) + 1)]
)
def test_damage_left_by_an_earlier_try_is_thrown_away(server, out, manner, length):
    server.files["f.bin"] = BODY
    partial = out.parent / ".partial-demo"
    partial.mkdir(parents=True)
    (partial / "f.bin.part").write_bytes(bytes(length))
    fetch(source(plain_file("f.bin", BODY, server.url(f"{manner}/f.bin"))), out)
    assert (out / "f.bin").read_bytes() == BODY
    # a part that is as long as the file has nothing to be continued
    assert (server.requests[0][1] is None) == (length >= len(BODY))


def test_a_url_that_is_gone_does_not_cost_what_another_has_sent(server, out):
    server.files["f.bin"] = BODY
    partial = out.parent / ".partial-demo"
    partial.mkdir(parents=True)
    (partial / "f.bin.part").write_bytes(BODY[:1000])
    urls = server.url("gone/f.bin"), server.url("plain/f.bin")
    fetch(source(plain_file("f.bin", BODY, *urls)), out)
    assert server.requests[-1] == ("plain/f.bin", "bytes=1000-")
    assert (out / "f.bin").read_bytes() == BODY


def test_a_url_may_lead_to_an_archive_that_holds_the_file(server, out):
    """One of unknown digest serves two files; what it holds is judged by its own digests."""
    server.files["all.zip"] = zipped({"x/f.bin": BODY, "y/g.bin": b"g"})
    url = server.url("plain/all.zip")
    fetch(source(plain_file("f.bin", BODY, url), plain_file("g.bin", b"g", url)), out)
    assert everything(out) == ["f.bin", "g.bin"]
    assert len(server.requests) == 1


def test_an_archive_with_a_wrong_member_is_left_for_the_next_url(server, out):
    server.files["old/all.zip"] = zipped({"f.bin": b"altered"})
    server.files["new/all.zip"] = zipped({"f.bin": BODY})
    urls = server.url("plain/old/all.zip"), server.url("plain/new/all.zip")
    fetch(source(plain_file("f.bin", BODY, *urls)), out)
    assert (out / "f.bin").read_bytes() == BODY


def test_one_error_tells_what_was_tried_and_how_to_help(server, out, tmp_path):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    urls = server.url("gone/p.tar.gz"), "http://127.0.0.1:1/p.tar.gz"
    demo = source(
        archive_file("p.tar.gz", PACK, {"a": b"aaa"}, *urls),
        plain_file("f.bin", BODY, server.url("gone/f.bin")),
    )
    with pytest.raises(DataError) as caught:
        fetch(demo, out, mirror)
    text = str(caught.value)
    for part in (
        "p.tar.gz cannot be had",
        f"{urls[0]}: 404 Not Found",
        f"{urls[1]}: ",
        "refused",
        f"mirror: {mirror}: holds no a",
        f"put these files into {mirror}/demo/",
        f"a  {demo.members[0].digests.strongest}",
        f"p.tar.gz  {demo.files[0].digests.strongest}",
        f"f.bin  {demo.members[1].digests.strongest}",
    ):
        assert part in text
    # and doing so helps
    (mirror / "demo").mkdir()
    (mirror / "demo" / "p.tar.gz").write_bytes(PACK)
    (mirror / "demo" / "f.bin").write_bytes(BODY)
    assert len(fetch(demo, out, mirror)) == 2


def test_without_a_mirror_the_error_says_how_to_give_one(server, out):
    with pytest.raises(DataError) as caught:
        fetch(source(plain_file("f.bin", BODY, server.url("gone/f.bin"))), out)
    assert "mirror: none given" in str(caught.value)
    assert "EDGECASE_MIRROR" in str(caught.value)


def test_a_longer_answer_is_stopped_at_the_published_size(server, out):
    server.files["f.bin"] = BODY
    demo = source(plain_file("f.bin", b"abc", server.url("plain/f.bin")))
    with pytest.raises(DataError, match="sends more than 3 bytes"):
        fetch(demo, out)
    assert all(path.stat().st_size == 0 for path in out.parent.rglob("*.part"))


def test_a_full_disk_is_told_as_such_and_no_other_url_is_tried(server, out):
    """A limit on the size of files stands for the end of the disk."""
    server.files["f.bin"] = BODY
    urls = server.url("plain/f.bin"), server.url("whole/f.bin")
    demo = source(plain_file("f.bin", BODY, *urls))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            fetch(demo, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(out.parent / ".partial-demo" / "f.bin.part")
    assert everything(out) == ["f.bin.part"]
    assert [path for path, _ in server.requests] == ["plain/f.bin"]
    fetch(demo, out)
    assert everything(out) == ["f.bin"]
