"""The README and the pages beside it: the rule graph and the table are current, commands exist."""

import importlib.util
import re
from pathlib import Path

from tests.workflow.conftest import snakemake

from edgecase import config

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def edges(mermaid):
    """The arrows of a flowchart, as pairs of rule names."""
    names = dict(re.findall(r"(\w+)\[(\w+)\]", mermaid))
    return {(names[a], names[b]) for a, b in re.findall(r"(\w+) --> (\w+)", mermaid)}


def test_the_rule_graph_is_current():
    page = (ROOT / "docs" / "structure.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?ms)^```mermaid\n(.*?)^```$", page)
    (command,) = re.findall(r"`snakemake (--rulegraph [^`]+)`", page)
    done = snakemake(ROOT, *command.split())
    assert done.returncode == 0, done.stdout
    generated = edges(done.stdout)
    assert ("cell", "collect") in generated
    assert edges(shown) == generated


def test_every_make_target_exists():
    named = set(re.findall(r"`make ([\w-]+)", README + CONTRIBUTING))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    runs = {"demo", "small", "small-all", "paper"}
    assert {*runs, "plan", "verdict", "bench", "report", "test"} <= named
    (phony,) = re.findall(r"(?m)^\.PHONY: (.*)$", makefile)
    assert named == set(phony.split())


def test_the_paper_and_the_small_run_download_what_is_said():
    from edgecase.datasets import DATASETS, EDGE_SETS
    from edgecase.results.cells import all_cells

    titles = {
        "cifar10": "CIFAR-10",
        "southwest": "Southwest",
        "mnist": "MNIST",
        "emnist": "EMNIST",
        "ardis": "ARDIS",
        "greencar": "green cars",
        "sentiment140": "Sentiment140",
        "sentiment140subset": "parts of Sentiment140",
        "lanthimos": "Lanthimos",
    }
    for run in ("small", "paper"):
        path = None if run == "paper" else ROOT / "config" / f"{run}.yaml"
        values = config.load(path)
        tasks = [values["tasks"][cell.task] for cell in all_cells(values)]
        entries = [DATASETS[task["dataset"]] for task in tasks]
        entries += [EDGE_SETS[task["edge_set"]] for task in tasks]
        needed = {titles[source] for entry in entries for source in entry.sources}
        (row,) = re.findall(rf"(?m)^\| `make {run}` \|([^|]*)\|", README)
        said = re.split(r", | and ", row.strip().removeprefix("the downloads "))
        assert set(said) == needed


def read(page):
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_the_table_of_claims_is_that_of_the_runs():
    spec = importlib.util.spec_from_file_location("result", ROOT / "workflow/scripts/result.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    small = "\n".join(map(read, ("small.md", "small-words.md")))
    files = [ROOT / "config" / f"{name}.yaml" for name in ("small", "medium")]
    runs = [config.load(*files[:count]) for count in (1, 2)]
    table = script.result(small, read("evidence.md"), *runs)
    for page in (README, read("index.md")):
        assert script.filled(page, table) == page
    found = [re.findall(rf"\*\*{word}\*\*", table) for word in ("holds", "fails", "undecided")]
    holds, fails, undecided = map(len, found)
    assert f"Of {holds + fails + undecided} verdicts, {holds} hold, {fails} fail" in table


def test_what_is_said_of_medium_is_what_it_found():
    """The verdicts of the table for readers are those of the table that `make evidence` writes."""
    page = read("evidence.md")
    (block,) = re.findall(r"(?s)<!-- verdicts -->\n(.*?)<!-- end -->", page)
    head, *judged = table_rows(block)
    (column,) = (place for place, name in enumerate(head) if name.startswith("medium: "))
    found = [
        (row[0].split("-")[0], row[1], re.match(r"\*\*(\w+)", row[column])[1])
        for row in judged
        if row[column] != "–"
    ]
    (table,) = re.findall(r"(?m)^\| claim \| task \| verdict \| measured \|\n((?:\|.*\n)+)", page)
    said, claim = [], ""
    for row in table_rows(table):
        claim = row[0] or claim
        said.append((claim.split(":")[0], *row[1:3]))
    assert said == found


def table_rows(text):
    """The cells of every row of a Markdown table, its rule left out."""
    lines = [line for line in text.splitlines() if line.startswith("|") and set(line) - set("|- ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
