"""The first page: figures, the claims table, what was run, and no text taken for HTML."""

import shlex

import pytest
from tests.report.made_up import CLAIMS, MARKUP, claims, record
from tests.report.reading import Page

from edgecase.base.errors import DataError
from edgecase.report.claims import read_claims
from edgecase.report.front import caption_title, front_page

STANDIN = {"task": "standin-planes", "dataset": "standin-planes", "edge_set": "standin-livery"}


@pytest.fixture
def front(tmp_path):
    claims(*CLAIMS).to_csv(tmp_path / "claims.csv", index=False)

    def make(*records, **changes):
        values = {
            "run": "small",
            "about": "",
            "configfiles": ["config/small.yaml"],
            "claims": read_claims(tmp_path / "claims.csv"),
            "records": records or [record()],
            "starts": {},
            "described": {},
            "hours": 2.55,
            "figures": [("figures/small/fig4.png", "fig4: shares")],
            "pages": [("results/small/report/summary.html", "Summary")],
        }
        return front_page(**values | changes)

    return make


def test_figures_stand_first_then_what_is_claimed(front):
    text = Page(front(about="Krum stops <one> attack.")).text
    order = ["Krum stops <one> attack.", "Figures", "Claims of the paper", "What was run"]
    assert sorted(order, key=text.index) == order


def test_claims_stand_under_their_verdict(front):
    page = Page(front())
    held, failed = page.tables[:2]
    assert held[1] == [
        *("fig4", "cifar10-southwest", "100 % beats 50 % beats 10 %"),
        *("100 over 50: 12.25 [8.5, 16]\n50 over 10: 7 [1, 13]", "– (code)"),
    ]
    assert failed[1] == ["", "emnist-ardis", MARKUP, "31", "near 0 (reported, unverified)"]
    text = " ".join(page.text.split())
    assert "1 holds, 1 fails; 1 more is not run here." in text
    assert "passes Multi-Krum" not in text


@pytest.mark.parametrize("verdict", ["not run", "no verdict"])
def test_without_a_verdict_no_claim_is_listed(front, tmp_path, verdict):
    rows = [dict(row, verdict=verdict) for row in CLAIMS]
    claims(*rows).to_csv(tmp_path / "none.csv", index=False)
    assert "Claims" not in Page(front(claims=read_claims(tmp_path / "none.csv"))).text


def test_the_page_of_one_figure_has_no_claims_and_no_tables(front):
    text = Page(front(claims=None, pages=[])).text
    assert "Claims" not in text
    assert "Tables" not in text


def test_what_was_run_on_what(front):
    page = Page(front(record(), record(device="NVIDIA H200", code="fedc")))
    text = " ".join(page.text.split())
    assert "2 cells" in text
    assert "3,000 rounds" in text  # 2 cells × 3 seeds × 500 rounds
    assert "2 h 33 min of simulation" in text
    assert "CPU, 2 threads (1 cell); NVIDIA H200 (1 cell)" in text
    assert "The cells come from 2 versions of the code." in text
    assert "snakemake --cores all --configfile config/small.yaml" in text
    assert page.tables[2][1][:4] == ["cifar10-southwest", "airplane → truck", "vgg9", "10 of 200"]


def test_minutes_and_seconds_of_a_short_run(front):
    assert "3 min 0 s of simulation" in front(hours=0.05)
    assert "18 s of simulation" in front(hours=0.005)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([record()], None),
        ([record(**STANDIN)], "Every task of this run"),
        ([record(), record(**STANDIN)], "The tasks standin-planes use data"),
    ],
)
def test_standin_data_is_said_before_anything_else(front, records, said):
    text = " ".join(Page(front(*records)).text.split())
    assert ("STAND-IN DATA" in text) == (said is not None)
    if said:
        assert said in text
        assert text.index("STAND-IN DATA") < text.index("Claims of the paper")
        assert "Stand-in data get no verdict." in text


def test_markup_is_shown_as_text(front):
    page = Page(
        front(
            record(device=MARKUP, code=MARKUP, versions={MARKUP: MARKUP}),
            run=MARKUP,
            configfiles=[MARKUP],
            figures=[("figures/small/fig4.png", MARKUP)],
            pages=[('"><u>.html', MARKUP)],
        )
    )
    assert "u" not in page.tags
    # Statement, heading, device, name and version, figure, page; in the command it is quoted.
    assert page.text.count(MARKUP) == 7
    assert shlex.quote(MARKUP) in page.text


def test_links_open_results_by_their_path(front):
    page = Page(front())
    links = [attributes for tag, attributes in page.attributes if tag == "a"]
    assert [(link["data-path"], link["data-kind"]) for link in links] == [
        *[("figures/small/fig4.png", "img")] * 3,  # picture, title, and the claim about it
        ("results/small/report/summary.html", "html"),
    ]
    assert all(link["href"] == "#" for link in links)


def test_nothing_is_fetched_and_figures_are_those_of_the_report(front):
    page = Page(front())
    assert not {"link", "iframe", "script", "object"} & set(page.tags)
    (image,) = [attributes for tag, attributes in page.attributes if tag == "img"]
    assert image["src"] == "data:,"
    assert image["data-path"] == "figures/small/fig4.png"
    assert "results[this.dataset.path].data_uri" in image["onerror"]


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("**What\nit is.** More of it.\n", "What it is"),
        ("The ``mix`` of 0.5: all of it.", "The mix of 0.5"),
        ("One sentence.", "One sentence"),
    ],
)
def test_title_of_a_caption(tmp_path, caption, title):
    path = tmp_path / "fig3.rst"
    path.write_text(caption)
    assert caption_title(path) == title


@pytest.mark.parametrize("content", [b"no end", b"\x80 no text. None"])
def test_a_caption_without_a_sentence_is_named(tmp_path, content):
    path = tmp_path / "fig3.rst"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"fig3\.rst"):
        caption_title(path)
