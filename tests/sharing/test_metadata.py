"""Snakemake's records are found by the names that Snakemake itself gives them."""

from pathlib import Path

import pytest
from snakemake.persistence.file import FilePersistence

from edgecase.sharing import metadata

LONG = "results/paper/cells/" + "/".join(["some-long-name-of-an-axis"] * 12) + "/cell.json"


@pytest.fixture
def place(tmp_path):
    naming = FilePersistence.__new__(FilePersistence)
    naming._max_len = 255
    return lambda file: Path(naming._record_path(str(metadata.FOLDER), file))


@pytest.mark.parametrize("file", ["a", "results/test/tables/fig4.csv", "ä b/ÿ?>", LONG])
def test_a_record_tells_its_file(place, file):
    assert metadata.described(place(file)) == file


def test_a_long_name_is_cut_into_folders(place):
    assert len(place(LONG).parts) > len(metadata.FOLDER.parts) + 1


@pytest.mark.parametrize("path", ["results/a", ".snakemake/metadata/!", ".snakemake/locks/YQ=="])
def test_what_is_no_record_describes_nothing(path):
    assert metadata.described(path) is None


def test_records_of_the_files_asked_for_are_found(tmp_path, place):
    for file in ("a", "b", LONG):
        path = tmp_path / place(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert metadata.find(tmp_path, {"a", LONG, "c"}) == sorted([place("a"), place(LONG)])
    assert metadata.find(tmp_path / "empty", {"a"}) == []
