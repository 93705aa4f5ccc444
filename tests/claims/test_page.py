"""docs/claims.md names every test, word, verdict, key and column there is."""

import re
from pathlib import Path

import yaml

from edgecase import claims
from edgecase.claims import words
from edgecase.claims.model import VERDICTS, WORDS
from edgecase.claims.table import COLUMNS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
SCHEMA = yaml.safe_load((ROOT / "config" / "schemas" / "claims.schema.yaml").read_text())["$defs"]


def rows(heading):
    """The cells of every table row below a heading, heads and rules left out."""
    (body,) = re.findall(rf"(?ms)^## {heading}\n(.*?)(?=^## |\Z)", PAGE)
    lines = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return [[text.strip() for text in line] for line in lines[2:]]


def test_columns():
    assert [row[0].strip("`") for row in rows("The table")] == list(COLUMNS)


def test_words_and_their_numbers():
    found = {row[1].strip("`"): row[2] for row in rows("Words for an attack")}
    assert tuple(found) == WORDS
    assert f"at least {words.PASSES_FROM:g} points" in found["passes"]
    assert f"at most {words.STOPPED_TO:g} points" in found["stopped"]


def test_tests():
    named = {name for row in rows("Tests") for name in re.findall("`([a-z-]+)`", row[0])}
    assert named - {"within"} == set(SCHEMA["part"]["properties"]["test"]["enum"])


def test_verdicts():
    assert tuple(row[0] for row in rows("Verdicts")) == VERDICTS


def test_keys_of_the_file():
    named = {
        (kind, key)
        for keys, kind, _ in rows("Adding a claim")
        for key in re.findall("`([a-z_]+)`", keys)
    }
    own = {"claim": {"id", "figure", "roles", "statement", "parts"}, "part": {"name"}}
    for kind in ("claim", "part", "selector"):
        keys = set(SCHEMA[kind]["properties"]) - own.get(kind, set())
        assert {key for where, key in named if where == kind} == keys


def test_the_example_is_an_entry_of_the_file(tmp_path):
    (example,) = re.findall(r"(?ms)^```yaml\n(- id:.*?)^```$", PAGE)
    path = tmp_path / "claims.yaml"
    path.write_text("claims:\n" + example)
    first, second = claims.load(path)
    assert first.id in example
    assert (first.role, second.role) == ("task1", "task2")
