"""Snakemake's report of a finished run: one file, its first page, and everything it links to."""

import base64
import gzip
import json
import re

import pytest
from tests.report.reading import Page


@pytest.fixture(scope="module")
def report(finished, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = finished.snakemake("--report", str(path))
    assert done.returncode == 0, done.stdout
    return path.read_text(encoding="utf-8")


def script(report, name):
    """The value that a script of the report gives a variable."""
    (value,) = re.findall(rf"(?m)^    var {name} = (.*);$", report)
    return json.loads(value)


def data_of(results, path):
    return results[path]["data_uri"].split("base64,", 1)[1]


def page(results, path):
    return base64.b64decode(data_of(results, path)).decode("utf-8")


def test_first_page_is_that_of_the_run(report, finished):
    shown = script(report, "workflow_desc")
    front = (finished.root / "results/test/report/front.html").read_text(encoding="utf-8")
    assert front.strip() in shown
    text = Page(front).text
    assert "STAND-IN DATA" in text
    assert "config/test.yaml" in text
    assert "system-message" not in shown  # how docutils reports what it cannot read


def test_links_of_the_first_page_lead_to_results(report):
    results = script(report, "results")
    links = [a for tag, a in Page(script(report, "workflow_desc")).attributes if tag == "a"]
    paths = [link["data-path"] for link in links if "data-path" in link]
    assert {"figures/test/fig1.png", "results/test/report/claims.html"} <= set(paths)
    assert set(paths) <= results.keys()


def test_every_figure_stands_beside_its_numbers(report, finished):
    results = script(report, "results")
    figures = {path.stem for path in (finished.root / "figures/test").glob("*.png")}
    shown = {
        (r["labels"]["figure"], r["labels"]["view"])
        for r in results.values()
        if "figure" in r["labels"]
    }
    assert shown == {(name, "figure") for name in figures} | {
        (name, view) for name in figures - {"fig1"} for view in ("numbers", "whole CSV")
    }
    for name in figures - {"fig1"}:
        caption = results[f"figures/test/{name}.png"]["caption"]
        assert f"results/test/report/{name}.html" in caption
        assert f"results/test/tables/{name}.csv" in caption
        table = finished.root / f"results/test/tables/{name}.csv"
        held = base64.b64decode(data_of(results, f"results/test/report/{name}.csv.gz"))
        assert gzip.decompress(held) == table.read_bytes()


def test_captions_are_text_of_their_own(report):
    for path, result in script(report, "results").items():
        assert len(Page(result["caption"]).text.split()) > 20, path
        assert "system-message" not in result["caption"], path
        assert "{{" not in result["caption"], path


def test_pages_say_that_data_are_standins(report):
    results = script(report, "results")
    for name in ("summary", "hyperparameters", "fig4", "provenance"):
        assert "STAND-IN DATA" in Page(page(results, f"results/test/report/{name}.html")).text, name


def test_the_stylesheet_of_the_project_is_in_it(report):
    assert ".edgecase .standin" in report


def test_nothing_is_fetched(report):
    # Only tags outside of scripts can load; the first page and the pages have tests of their own.
    outside = re.sub(r"(?s)<script.*?</script>", "", report)
    assert not re.findall(r"<(?:link|img|iframe)\b|@import|url\(", outside)
    assert not re.findall(r"<script[^>]+src", report)
