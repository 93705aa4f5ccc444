"""The provenance page."""

from tests.report.made_up import MARKUP, record
from tests.report.reading import Page

from edgecase.report.origins import provenance_page
from edgecase.report.page import MOST_BYTES

STARTS = {
    "cifar10-southwest": {"default": {"accuracy": 77.7, "recipe": {"epochs": 10}}, "wide": {}}
}


def test_every_cell_start_and_file_is_listed():
    records = [record(), record(attack="pgd", seeds=[5])]
    page = Page(provenance_page("small", ["config/small.yaml"], records, STARTS))
    cells, starts, data = page.tables
    assert [dict(zip(cells[0], row, strict=True)) for row in cells[1:]] == [
        {
            **{key: one[key] for key in ("task", "participation", "case", "attack", "defense")},
            **{"override": "default", "seeds": " ".join(map(str, one["seeds"]))},
            **{key: one[key] for key in ("device", "code")},
            "command": "snakemake --cores all results/small/cells/cifar10-southwest/fixed-freq-10"
            f"/edge-case/{one['attack']}/krum/default/cell.json --forcerun cell"
            " --configfile config/small.yaml",
        }
        for one in records
    ]
    assert starts == [
        ["task", "variant", "accuracy", "recipe.epochs"],
        ["cifar10-southwest", "default", "77.7", "10"],
        ["cifar10-southwest", "wide", "", ""],
    ]
    assert data == [["file", "sha256"], ["results/data/cifar10.npz", "ab" * 32]]
    text = " ".join(page.text.split())
    assert "python 3.12.1, torch 2.13.0 (2 cells)" in text
    assert "STAND-IN" not in text


def test_the_papers_run_needs_no_configuration_file():
    page = Page(provenance_page("paper", [], [record()], STARTS))
    assert page.tables[0][1][-1].endswith("cell.json --forcerun cell")
    assert "Commandsnakemake --cores all Code" in " ".join(page.text.split())


def test_markup_is_shown_as_text():
    page = Page(provenance_page(MARKUP, [], [record(device=MARKUP, data={MARKUP: "1"})], {}))
    assert MARKUP in page.tables[0][1]
    assert page.tables[-1][1][0] == MARKUP
    assert "u" not in page.tags


def test_the_page_of_a_large_run_opens_in_a_browser():
    records = [record(attack=f"attack-{number}") for number in range(1000)]
    html = provenance_page("paper", ["config/paper.yaml"], records, STARTS)
    assert len(html.encode("utf-8")) < MOST_BYTES


def test_standin_data_is_said():
    records = [record(), record("standin-digits", "standin-digits", "standin-sevens")]
    assert "STAND-IN DATA" in Page(provenance_page("demo", [], records, {})).text
