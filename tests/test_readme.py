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


def test_the_table_of_claims_is_that_of_the_small_run():
    spec = importlib.util.spec_from_file_location("result", ROOT / "workflow/scripts/result.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    pages = ("small.md", "small-words.md")
    small = "\n".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in pages)
    table = script.result(small, config.load(ROOT / "config" / "small.yaml"))
    for page in (README, (ROOT / "docs" / "index.md").read_text(encoding="utf-8")):
        assert script.filled(page, table) == page
    found = [re.findall(rf"\*\*{word}\*\*", table) for word in ("holds", "fails", "undecided")]
    holds, fails, undecided = map(len, found)
    assert f"Of {holds + fails + undecided} verdicts, {holds} hold, {fails} fail" in table
    # A row by hand, from the page's two tables.
    (row,) = [line for line in table.splitlines() if line.startswith("| fig4: fewer")]
    assert [cell.split("**")[1] for cell in row.split("|")[2:5]] == ["holds", "undecided", "holds"]
