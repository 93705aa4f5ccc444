from pathlib import Path

import pytest
import yaml

from edgecase.base.errors import ConfigError
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.datasets.sources import load_sources

PUBLISHED = Path(__file__).parents[2] / "config" / "sources.yaml"
SHA256 = "ab" * 32


def entry(**changes):
    file = {"name": "a.bin", "urls": ["https://example.org/a.bin"], "size": 3, "sha256": SHA256}
    return {
        "title": "t",
        "homepage": "https://example.org",
        "licence": "l",
        "cite": "c",
        "files": [file | changes],
    }


@pytest.fixture
def load(tmp_path):
    def write_and_load(content):
        path = tmp_path / "sources.yaml"
        path.write_text(yaml.safe_dump(content))
        return load_sources(path)

    return write_and_load


def test_every_source_of_every_set_is_published_and_none_is_left_over():
    used = {name for entry in (DATASETS | EDGE_SETS).values() for name in entry.sources}
    used |= {source for source, _ in AUTHORS_STARTS.values()}
    assert set(load_sources(PUBLISHED)) == used


def test_published_digests_of_well_known_files():
    """md5 as printed by torchvision (datasets/cifar.py and mnist.py)."""
    sources = load_sources(PUBLISHED)
    found = {
        member.name: member.digests.md5
        for name in ("cifar10", "mnist")
        for member in sources[name].members
    }
    assert found["data_batch_1"] == "c99cafc152244af753f735de768cd75f"
    assert found["test_batch"] == "40351d587109b95175f43aff81a1287e"
    assert found["batches.meta"] == "5ff9c542aee3614f3951f8cda6e48888"
    assert found["train-images-idx3-ubyte.gz"] == "f68b3c2dcbeaaa9fbdd348bbdeb94873"
    assert found["t10k-labels-idx1-ubyte.gz"] == "ec29112dd5afa0611ce80d1b7f02629c"
    assert sources["emnist"].files[0].digests.md5 == "58c8d27c78d21e728a6bc7b3cc06412e"
    assert sources["cifar10"].files[0].digests.md5 == "c58f30108f718f92721af3b95e74349a"


def test_a_plain_file_is_its_own_member(load):
    source = load({"demo": entry()})["demo"]
    assert [(m.name, m.size, m.digests.sha256) for m in source.members] == [("a.bin", 3, SHA256)]
    assert not source.files[0].is_archive


def test_an_archive_may_lack_a_digest_but_its_members_may_not(load):
    members = [{"name": "m", "max_size": 9, "md5": "ab" * 16}]
    content = entry(name="a.zip", members=members)
    del content["files"][0]["sha256"], content["files"][0]["size"]
    file = load({"demo": content})["demo"].files[0]
    assert file.is_archive
    assert file.digests is None
    assert (file.members[0].size, file.members[0].max_size) == (None, 9)
    del members[0]["md5"]
    with pytest.raises(ConfigError, match=r"files\[0\].members\[0\]"):
        load({"demo": content})


def test_all_problems_are_reported_at_once(load):
    bad = entry(size=0, sha256="xyz", urls=["ftp://example.org/a.bin"], name="a b", mirror="x")
    del bad["cite"]
    with pytest.raises(ConfigError) as caught:
        load({"demo": bad})
    text = str(caught.value)
    for part in ("cite", "size", "sha256", "urls[0]", "a b", "mirror"):
        assert part in text
    assert all("sources.yaml: demo" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sha256": None}, "sha256"),
        ({"name": "a/b"}, "a/b"),
        ({"members": []}, "members"),
        ({"members": [{"name": "m", "sha256": SHA256}]}, "members[0]"),
        ({"members": [{"name": "m", "sha256": SHA256, "size": 1, "max_size": 2}]}, "members[0]"),
    ],
)
def test_a_wrong_file_entry_is_refused(load, change, named):
    with pytest.raises(ConfigError) as caught:
        load({"demo": entry(**change)})
    assert named in str(caught.value)


def test_two_files_of_one_source_cannot_share_a_name(load):
    content = entry()
    content["files"] *= 2
    with pytest.raises(ConfigError, match=r"demo: two files are named a\.bin"):
        load({"demo": content})


def test_what_is_no_yaml_is_refused_by_name(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("a: [")
    with pytest.raises(ConfigError, match=r"s\.yaml: not a readable YAML file"):
        load_sources(path)
    with pytest.raises(ConfigError, match=r"none\.yaml: not a readable YAML file"):
        load_sources(tmp_path / "none.yaml")
