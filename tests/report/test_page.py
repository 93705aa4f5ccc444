"""Pages of tables: their rows, their CSV inside them, and no text taken for HTML."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from tests.report.made_up import CLAIMS, MARKUP, claims
from tests.report.reading import Page, unpacked

from edgecase import densities
from edgecase.base.errors import DataError
from edgecase.report.packing import packed
from edgecase.report.page import MOST_BYTES, table_page
from edgecase.report.tabular import LONG
from edgecase.results.rounds import CELL_AXES
from edgecase.results.tables import TIDY_COLUMNS

AXES = {axis: f"some-{axis}" for axis in CELL_AXES}


def write(path, rows):
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def tidy_row(**changes):
    return dict.fromkeys(TIDY_COLUMNS, "0") | AXES | {"standin": "False"} | changes


def test_rows_are_those_of_the_file(tmp_path):
    path = write(tmp_path / "summary.csv", [{"task": "a", "n": "10"}, {"task": "b", "n": "9"}])
    page = Page(table_page(path, "Summary"))
    assert page.tables == [[["task", "n"], ["a", "10"], ["b", "9"]]]
    assert f"All 2 rows of the table behind this page are in {path}" in " ".join(page.text.split())


def test_a_packed_table_is_the_table_and_has_no_time_in_it(tmp_path):
    content = write(tmp_path / "summary.csv", [{"task": "a"}]).read_bytes()
    assert gzip.decompress(packed(content)) == content
    assert packed(content)[4:8] == bytes(4)  # the time stamp of RFC 1952


def test_a_page_needs_nothing_else_and_equal_tables_give_equal_pages(tmp_path):
    path = write(tmp_path / "summary.csv", [{"task": "a"}])
    html = table_page(path, "Summary")
    assert html == table_page(path, "Summary")
    page = Page(html)
    assert not {"link", "img", "iframe"} & set(page.tags)
    assert not [a for _, a in page.attributes if "src" in a]
    assert "http" not in html


def test_numbers_sort_as_numbers(tmp_path):
    path = write(tmp_path / "t.csv", [{"name": "a", "n": "10"}, {"name": "b", "n": ""}])
    heads = [a for tag, a in Page(table_page(path, "T")).attributes if tag == "th"]
    assert ["data-numeric" in attributes for attributes in heads] == [False, True]


def test_a_long_table_brings_what_handles_it_and_a_short_one_does_not(tmp_path):
    rows = [
        {"task": "a", "attack": f"b{n}", "x_mean": "12", "x_low": "8", "x_high": "16"}
        for n in range(LONG + 1)
    ]
    short = Page(table_page(write(tmp_path / "t.csv", rows[:-1]), "T"))
    assert "script" not in short.tags
    html = table_page(write(tmp_path / "t.csv", rows), "T")
    page = Page(html)
    assert not any({"src", "href"} & set(attributes) for _, attributes in page.attributes)
    (head,) = [a for tag, a in page.attributes if tag == "table"]
    assert (head["class"], head["data-keys"], head["data-name"]) == ("paged", "1", "t")
    # By its mean, not by the text of its interval.
    assert {a["data-order"] for tag, a in page.attributes if tag == "td"} >= {"b0", "12"}
    packed_text = re.search('id="datatables">([^<]*)<', html)[1]
    script = unpacked(packed_text)
    assert "DataTables" in script
    # The page calls it by this name.
    assert re.search(r"export ?\{[^}]* as default\b", script)


def test_the_rows_of_a_long_table_are_packed_and_all_there(tmp_path):
    rows = [{"attack": f"<b>{n}</b>", "n": str(n), "text": "the same words"} for n in range(500)]
    html = table_page(write(tmp_path / "t.csv", rows), "T")
    assert "the same words" not in html
    assert Page(html).tables == [[list(rows[0]), *(list(row.values()) for row in rows)]]


def test_markup_is_shown_as_text(tmp_path):
    path = write(tmp_path / "t.csv", [{MARKUP: MARKUP, "verdict": MARKUP}] * 2)
    page = Page(table_page(path, MARKUP))
    assert page.tables[0] == [[MARKUP, "verdict"], [MARKUP, MARKUP], [MARKUP, MARKUP]]
    assert "u" not in page.tags


def test_a_figures_page_shows_its_cells_and_no_others(tmp_path):
    table = write(
        tmp_path / "fig5.csv",
        [
            tidy_row(attack=attack, fl_iter=str(number), eps=eps)
            for attack, eps in (("none", ""), ("pgd", "0.5"))
            for number in range(3)
        ],
    )
    measured = {"backdoor_last_mean": "12.5", "backdoor_last_low": "10", "backdoor_last_high": "15"}
    summary = write(
        tmp_path / "summary.csv",
        [
            AXES | {"attack": attack, "seeds": "2"} | measured
            for attack in ("blackbox", "pgd", "none")
        ],
    )
    page = Page(table_page(table, "Numbers", summary))
    assert page.tables == [
        [
            ["attack", "eps", "backdoor_last"],
            ["none", "", "12.5 [10, 15]"],
            ["pgd", "0.5", "12.5 [10, 15]"],
        ]
    ]
    text = " ".join(page.text.split())
    assert "task some-task" in text
    assert "seeds 2" in text
    assert "All 6 rows" in text


def test_a_cell_that_the_summary_lacks_is_named(tmp_path):
    table = write(tmp_path / "fig5.csv", [tidy_row(attack="pgd")])
    summary = write(tmp_path / "summary.csv", [AXES | {"attack": "none"}])
    with pytest.raises(DataError, match=r"summary\.csv: lacks the cell .*/pgd/.* of .*fig5\.csv"):
        table_page(table, "Numbers", summary)
    with pytest.raises(DataError, match=r"summary\.csv: lacks the axes"):
        table_page(table, "Numbers", write(tmp_path / "summary.csv", [{"a": "1"}]))


@pytest.mark.parametrize("standin", ["True", "False"])
def test_standin_data_is_said(tmp_path, standin):
    path = write(tmp_path / "t.csv", [{"standin": "False"}, {"standin": standin}])
    assert ("STAND-IN DATA" in Page(table_page(path, "T")).text) == (standin == "True")


def test_a_table_too_large_for_a_browser_is_cut_and_says_so(tmp_path):
    digits = np.random.default_rng(0).integers(0, 10, (900, 6000)).astype(str)  # pack badly
    path = write(
        tmp_path / "t.csv", [{"n": str(n), "text": "".join(own)} for n, own in enumerate(digits)]
    )
    html = table_page(path, "T")
    assert 0.9 * MOST_BYTES < len(html.encode("utf-8")) <= MOST_BYTES
    # Chromium's limit on an address, of which base64 makes four thirds of the page.
    assert MOST_BYTES * 4 / 3 + 100 < 2 * 1024**2
    page = Page(html)
    shown = len(page.tables[0]) - 1
    assert [row[0] for row in page.tables[0][1:]] == [str(number) for number in range(shown)]
    text = " ".join(page.text.split())
    assert f"The first {shown} rows are shown." in text
    assert "All 900 rows" in text


def test_claims_are_shown_test_by_test(tmp_path):
    path = tmp_path / "claims.csv"
    claims(*CLAIMS).to_csv(path, index=False)
    page = Page(table_page(path, "Claims"))
    head, *rows = page.tables[0]
    measured, verdict = head.index("measured"), head.index("verdict")
    assert [(row[measured], row[verdict]) for row in rows] == [
        ("12.25 [8.5, 16]", "holds"),
        ("7 [1, 13]", "holds"),
        ("31", "fails"),
        ("–", ""),
    ]


def test_densities_are_shown_as_quantiles(tmp_path):
    place = {
        "task": "t",
        "standin": "False",
        "seed": "0",
        "group": densities.EDGE_CASE,
        "set": "ardis",
    }
    path = write(
        tmp_path / "fig2.csv", [place | {"log_density": str(number)} for number in range(101)]
    )
    assert set(place) | {"log_density"} == set(densities.COLUMNS)
    head, row = Page(table_page(path, "Figure 2")).tables[0]
    assert dict(zip(head, row, strict=True)) | {"task": "t"} == {
        **{"task": "t", "standin": "False", "seed": "0", "group": "edge-case", "set": "ardis"},
        **{"images": "101", "5 %": "5", "25 %": "25", "50 %": "50", "75 %": "75", "95 %": "95"},
    }
