"""The files that tell others what this project is: they parse, and agree with each other."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_citation_has_what_the_format_asks_for(citation):
    # Required by CFF 1.2.0: cff-version, message, title, authors.
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["title"]
    assert citation["type"] == "software"
    assert citation["authors"] == [{"name": "The edgecase authors"}]


def test_citation_agrees_with_the_project_and_its_licence(citation, project):
    assert str(citation["version"]) == project["version"]
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(f"{citation['license']} ")


def test_the_paper_cited_is_that_of_the_readme(citation):
    paper = citation["preferred-citation"]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"title = {{{paper['title']}}}" in readme
    names = " and ".join(f"{a['family-names']}, {a['given-names']}" for a in paper["authors"])
    assert f"author = {{{names}}}" in readme
    assert f"booktitle = {{{paper['collection-title']}}}" in readme
    assert f"volume = {{{paper['volume']}}}" in readme
    assert f"year = {{{paper['year']}}}" in readme
    (identifier,) = paper["identifiers"]
    assert f"note = {{{identifier['value'].replace(':', ' ')}}}" in readme


def test_changelog_has_sections_of_the_form_newest_first():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"(?m)^## (.+)$", text)
    assert heads[0] == "[Unreleased]"
    released = [
        re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", head) for head in heads[1:]
    ]
    assert all(released), heads
    dates = [date.fromisoformat(match[2]) for match in released]
    assert dates == sorted(dates, reverse=True)
    kinds = set(re.findall(r"(?m)^### (.+)$", text))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert kinds


def test_the_release_that_is_cited_is_the_newest(citation):
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"(?m)^## \[(\d.+)\] - (.+)$", text)
    assert newest
    assert newest.groups() == (str(citation["version"]), str(citation["date-released"]))


def test_catalog_file_names_deployments_that_the_rules_have():
    path = ROOT / ".snakemake-workflow-catalog.yml"
    usage = yaml.safe_load(path.read_text(encoding="utf-8"))["usage"]
    assert usage.keys() == {"mandatory-flags", "software-stack-deployment"}
    assert usage["mandatory-flags"].keys() == {"desc", "flags"}
    rules = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "rules").glob("*.smk"))
    assert usage["software-stack-deployment"] == {
        "conda": "conda:" in rules,
        "apptainer": "container:" in rules,
        "apptainer+conda": "container:" in rules and "conda:" in rules,
        "report": "report(" in rules,
    }
    for name in re.findall(r"--configfile (\S+)", usage["mandatory-flags"]["desc"]):
        assert (ROOT / name).is_file()
    # The catalog shows this page as the configuration's.
    assert (ROOT / "config" / "README.md").is_file()
