"""The pages in docs/ name every column, switch and source there is, and only files that exist."""

import re
from pathlib import Path

import pytest
import yaml

from edgecase.analysis import hyperparameters, reported
from edgecase.analysis.measures import MEASURES
from edgecase.federation.switches import declared_switches
from edgecase.population.poison import PoisonedData
from edgecase.results import rounds as results

ROOT = Path(__file__).parents[1]
PAGES = sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")) + [ROOT / "config" / "README.md"]


def page(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def section(text, heading):
    """What stands below a heading that starts so."""
    (body,) = re.findall(rf"(?ms)^## {re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", text)
    return body


def rows(text):
    """The cells of every table row of a text, heads and rules left out."""
    lines = re.findall(r"(?m)^\|(.*)\|$", text)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    heads = {number - 1 for number, row in enumerate(cells) if set(row[0]) == {"-"}}
    return [row for number, row in enumerate(cells) if number not in heads and set(row[0]) != {"-"}]


def first_column(text):
    return [name for row in rows(text) for name in re.findall("`([^`]+)`", row[0])]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_named_exists(path):
    # docs/extending.md makes its files; its own test applies it.
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    named = re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|smk|md|yaml|toml|txt))`", text)
    named += re.findall(r"\]\((?!https?:)([^)#]+)", text)
    places = (ROOT, ROOT / "workflow" / "edgecase", path.parent, *_folders(text))
    missing = [name for name in named if not any((place / name).exists() for place in places)]
    assert missing == []


def _folders(text):
    """Folders that a text names, in which the file names after them lie."""
    return [ROOT / name for name in re.findall(r"`((?:[\w.-]+/)+)`", text)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_path_of_a_machine(path):
    assert re.findall(r"(?<![\w.])/(?:work|root|home|tmp|Users)\b", path.read_text("utf-8")) == []


def test_columns_of_the_rounds():
    text = page("results")
    listed = [*results.ROUND_COLUMNS, *results.WHOLE_COLUMNS, *results.VOTED_COLUMNS]
    listed += [*results.MARK_COLUMNS, *results.TABLE_COLUMNS]
    assert first_column(section(text, "Rounds")) == listed
    assert first_column(section(text, "Wall time")) == list(results.TIMING_COLUMNS)


def test_keys_of_a_cell():
    script = (ROOT / "workflow" / "scripts" / "cell.py").read_text(encoding="utf-8")
    (record,) = re.findall(r"(?ms)^    record = \{\n(.*?)^    \}$", script)
    keys = re.findall(r'(?m)^        "(\w+)":', record)
    documented = set(first_column(section(page("results"), "The record")))
    assert documented == {*results.CELL_AXES, *keys, "audits"}


def test_arrays_of_a_poisoned_set():
    named = first_column(section(page("results"), "Partition and poisoned set"))
    assert named == list(PoisonedData.__annotations__)


def test_measures_and_hyperparameters():
    measures, columns = (first for first in _tables(section(page("results"), "Tables")))
    assert measures == list(MEASURES)
    assert columns == list(hyperparameters.COLUMNS)


def _tables(text):
    """The first column of each table of a text."""
    parts = re.findall(r"(?m)(?:^\|.*\|\n)+", text)
    return [first_column(part) for part in parts]


def test_switches():
    documented = {
        name.strip("`"): (default.strip("`"), set(re.findall("`([a-z0-9]+)`", others)))
        for _, name, default, others, _ in rows(section(page("fidelity"), "Switches"))
    }
    assert documented == {
        name: (about.default, set(about.choices) - {about.default})
        for name, about in declared_switches().items()
    }


def test_every_item_has_its_row():
    items = rows(section(page("fidelity"), "The items"))
    assert [row[0] for row in items] == [str(number) for number in range(1, 22)]
    switched = {row[0] for row in items if row[2].startswith("Switch")}
    assert switched == {row[0] for row in rows(section(page("fidelity"), "Switches"))}


def test_labels_and_recalled_values():
    labels, recalled = re.findall(
        r"(?m)(?:^\|.*\|\n)+", section(page("fidelity"), "How sure the reported")
    )
    assert {row[0] for row in rows(labels)} == {entry.source for entry in reported.REPORTED}
    listed = {
        (task, number)
        for value, tasks in rows(recalled)
        for task in re.findall("`([^`]+)`", tasks)
        for number in re.findall(r"\d+(?:\.\d+)?", value)
    }
    unverified = {
        (task, number)
        for entry in reported.REPORTED
        for task in entry.tasks
        for number in _recalled(entry)
    }
    assert unverified
    assert unverified <= listed


def _recalled(entry):
    """The numbers an entry marks as recalled: its value, or those its note marks so."""
    if entry.source == reported.RECALLED:
        return [f"{entry.value:g}"]
    return re.findall(r"(\d+(?:\.\d+)?)[a-z ]* \(reported, unverified\)", entry.note)


def test_sources_with_terms_citation_and_files():
    text = page("data")
    sources = yaml.safe_load((ROOT / "config" / "sources.yaml").read_text(encoding="utf-8"))
    terms = {row[0]: row[1:] for row in rows(section(text, "Terms and citation"))}
    assert terms == {
        f"[`{name}`]({source['homepage']})": [source["licence"], source["cite"]]
        for name, source in sources.items()
    }
    assert first_column(section(text, "What is downloaded")) == list(sources)
    files = {row[0].strip("`"): row[1] for row in rows(section(text, "By hand"))}
    assert files.keys() == sources.keys()
    for name, source in sources.items():
        assert all(entry in files[name] for entry in source.get("by_hand", []))
        for file in source.get("files", []):
            for entry in [file, *file.get("members", [])]:
                known = re.sub(r"^southwest_images_(?=\w)", "", entry["name"])
                known = re.sub(r"data_batch_\d", "data_batch_", known)
                assert known in files[name], f"{name}: {entry['name']}"


def test_tables_do_not_hold_broken_rows():
    for path in PAGES:
        text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
        for block in re.findall(r"(?m)(?:^\|.*\n)+", text):
            widths = {line.count("|") - line.count(r"\|") for line in block.splitlines()}
            assert len(widths) == 1, f"{path.name}: {block}"
