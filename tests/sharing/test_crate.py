"""The RO-Crate of an archive: a graph without loose ends that agrees with the files beside it."""

import hashlib
import json
import tarfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.sharing import made_up
from tests.sharing.made_up import CELLS, CONFIG, ROOT, TEST

from edgecase.base.errors import ConfigError
from edgecase.datasets.sources import load_sources
from edgecase.report.facts import images
from edgecase.sharing import CRATE, MANIFEST
from edgecase.sharing.archive import pack
from edgecase.sharing.citation import read_citation

MONTAGE = "figures/test/fig1.png"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The folder that `tar` makes of an archive."""
    root = made_up.project(tmp_path_factory.mktemp("project"), record={"start": "none"})
    for name in ("config/config.yaml", TEST, "config/sources.yaml", "CITATION.cff"):
        made_up.write(root / name, (ROOT / name).read_text())
    made_up.write(root / MONTAGE, "pictures")
    pack(CONFIG, [Path(TEST)], root, root / "test.tar.gz")
    folder = tmp_path_factory.mktemp("crate")
    with tarfile.open(root / "test.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def graph(unpacked):
    """The entities by id, each of which is there once."""
    entities = json.loads((unpacked / CRATE).read_text())["@graph"]
    by_id = {entity["@id"]: entity for entity in entities}
    assert len(by_id) == len(entities)
    return by_id


def references(value):
    if isinstance(value, list):
        return [name for inner in value for name in references(inner)]
    return [value["@id"]] if isinstance(value, dict) else []


def test_it_names_every_file_with_its_digest_and_size(unpacked, graph):
    files = {unquote(name): one for name, one in graph.items() if one["@type"] == "File"}
    there = made_up.everything(unpacked)
    assert files.keys() == there.keys() - {CRATE}
    for name, one in files.items():
        if name != MANIFEST:
            told = one["sha256"], int(one["contentSize"])
            assert told == (hashlib.sha256(there[name]).hexdigest(), len(there[name]))
    parts = references(graph["./"]["hasPart"])
    assert sorted(map(unquote, parts)) == sorted(files)


def test_every_reference_leads_somewhere(graph):
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in graph.values():
        for value in entity.values():
            assert set(references(value)) <= graph.keys() | outside


def test_what_the_specification_asks_of_the_whole(graph):
    about = graph[CRATE]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert about["about"] == {"@id": "./"}
    root = graph["./"]
    assert root["@type"] == "Dataset"
    assert root["name"]
    assert root["description"]
    assert root["datePublished"] == "2026-07-01T12:01:30+00:00"
    assert references(root["license"]) == ["#terms"]


def test_every_cell_has_its_command_and_its_files(graph):
    actions = [one for one in graph.values() if one["@type"] == "CreateAction"]
    assert references(graph["./"]["mentions"]) == [one["@id"] for one in actions]
    whole, *cells = actions
    assert whole["description"] == f"snakemake --cores all --configfile {TEST}"
    assert len(cells) == len(CELLS)
    for cell, action in zip(sorted(CELLS, key=lambda one: one.folder), cells, strict=True):
        folder = made_up.cell_folder(cell).as_posix()
        assert action["description"].startswith(f"snakemake --cores all {folder}/cell.json ")
        assert action["startTime"] == "2026-07-01T12:00:00+00:00"
        assert f"{folder}/cell.json" in references(action["result"])
        digests = {
            unquote(n).lstrip("#"): graph[n].get("sha256") for n in references(action["object"])
        }
        assert (
            digests.items()
            >= {
                name.as_posix(): hashlib.sha256(f"bytes of {name}".encode()).hexdigest()
                for name in made_up.data_of(cell)
            }.items()
        )


def test_terms_are_those_of_each_part(graph):
    code = {"@id": "https://spdx.org/licenses/MIT"}
    assert graph["#edgecase"]["license"] == code
    assert graph["config/config.yaml"]["license"] == code
    # The test's data are drawn by the project.
    assert graph[MONTAGE]["license"] == code
    marked = {name for name, one in graph.items() if one["@type"] == "File" and "license" in one}
    assert marked == {MONTAGE, "config/config.yaml", TEST}


def test_a_download_keeps_its_terms_and_its_citation():
    parameters = {"dataset": "emnist", "edge_set": "ardis", "model": {"name": "lenet"}}
    sources = load_sources(ROOT / "config/sources.yaml")
    told = {one.name: one for one in images([{"task": "two", "parameters": parameters}], sources)}
    assert told["ardis"].licence == sources["ardis"].licence
    assert told["ardis"].cite == sources["ardis"].cite
    assert "authorslenet" not in told
    parameters["start"] = "authors"
    names = [one.name for one in images([{"task": "two", "parameters": parameters}], sources)]
    assert "authorslenet" in names


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: 1", "title is 1; expected text"),
        ("[]", "holds "),
        ("{title: a, abstract: b, version: c, license: d, authors: [e]}", "authors is "),
    ],
)
def test_a_citation_that_is_none(tmp_path, text, told):
    path = tmp_path / "CITATION.cff"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told):
        read_citation(path)
