import pandas as pd
import pytest
from tests.claims.made_up import ROLES, cell, entry, last, measured, write

from edgecase import claims
from edgecase.claims.beside import beside
from edgecase.claims.table import COLUMNS, tabulate, to_markdown
from edgecase.claims.verdict import judge

PARTS = [
    {"name": name, "test": "stopped", "of": {"attack": "blackbox", "defense": name}}
    for name in ("krum", "rfa")
]
CELLS = {
    cell(defense="krum"): last(0.0, 1.0),
    cell("none", "krum"): last(0.0, 0.0),
    cell(defense="rfa"): last(50.0, 51.0),
    cell("none", "rfa"): last(0.0, 0.0),
}


def made(tmp_path, content=CELLS, standin=False):
    trend = {"test": "trend", "quantity": "backdoor_first", "direction": "falls"}
    trend["of"] = {"attack": "blackbox", "defense": "krum", "participation": "fixed-freq-*"}
    later = entry(trend, id="later", roles=["task4"])
    path = tmp_path / "claims.yaml"
    write(path, entry(*PARTS, reported="near 0"), entry(trend, id="missing"), later)
    listed = claims.load(path)
    run = measured(content, standin=standin)
    rerun = claims.cells_needed(listed, ROLES, run.cells)
    found = [judge(claim, ROLES, run) for claim in listed]
    return tabulate(found, rerun, ["config/small.yaml", "config/my run.yaml"])


def test_one_row_per_test_and_one_per_claim_without_any(tmp_path):
    table = made(tmp_path)
    assert tuple(table.columns) == tuple(COLUMNS)
    assert table["claim"].tolist() == ["made-up-task1"] * 2 + ["missing-task1", "later-task4"]
    assert table["part_verdict"].tolist()[:3] == ["undecided at this noise", "fails", "not run"]
    assert table["verdict"].tolist() == ["fails", "fails", "not run", "not run"]
    first, last_row = table.iloc[0], table.iloc[-1]
    assert (first["task"], first["value"], first["seeds"]) == ("planes", 0.5, 2)
    assert (first["reported"], first["sure"]) == ("near 0", "reported, unverified")
    assert pd.isna(last_row["value"])
    assert last_row["missing"] == "the run names no claims.task4"


def test_the_command_runs_the_cells_of_a_claim_that_has_them(tmp_path):
    table = made(tmp_path)
    assert table["command"].tolist() == [
        *[
            "snakemake --cores all claim-made-up-task1 --forcerun cell --configfile "
            "config/small.yaml 'config/my run.yaml'"
        ]
        * 2,
        "",
        "",
    ]


def test_a_claim_on_densities_runs_their_rule_again(tmp_path):
    tail = {"test": "tail-share", "group": "edge-case", "at_least": 0.5}
    (claim,) = claims.load(write(tmp_path / "claims.yaml", entry(tail)))
    shares = pd.DataFrame({"task": "planes", "standin": False, "group": "edge-case"}, range(2))
    run = measured(CELLS, shares.assign(seed=range(2), share=[0.9, 1.0]))
    table = tabulate([judge(claim, ROLES, run)], {})
    assert table["command"].tolist() == ["snakemake --cores all fig2 --forcerun densities"]


def test_markdown_for_reading(tmp_path):
    text = to_markdown(made(tmp_path))
    assert "STAND-IN" not in text
    assert "1 fails, 2 not run; 3 claims in all" in text
    (line,) = [
        line for line in text.splitlines() if line.startswith("| made-up-task1") and "**" in line
    ]
    assert "krum: 0.5 [-5.853, 6.853]<br>rfa: 50.5 [44.15, 56.85]" in line
    assert "near 0 (reported, unverified)" in line
    assert line.rstrip(" |").endswith("**fails**")
    assert r"planes/fixed-freq-\*" not in text
    assert "1 cells, and 3 are needed" in text
    assert "snakemake --cores all claim-made-up-task1" in text


def test_standin_data_are_said_at_the_top(tmp_path):
    table = made(tmp_path, standin=True)
    assert table["standin"].tolist() == [True, True, True, False]
    lines = to_markdown(table).splitlines()
    assert lines[2].startswith("**STAND-IN DATA**")
    assert "say nothing about the paper" in lines[2]
    assert set(table["verdict"]) == {"no verdict", "not run"}
    assert any("planes (STAND-IN)" in line for line in lines)


@pytest.mark.parametrize("mark", ["|", "a | b"])
def test_no_text_breaks_the_table(tmp_path, mark):
    table = made(tmp_path)
    table["statement"] = mark
    text = to_markdown(table)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = {line.count("|") - line.count(r"\|") for line in rows}
    assert widths == {7, 11}


def test_runs_beside_each_other(tmp_path):
    alike = {where: last(0.0, 0.0) for where in CELLS}
    other = {where: numbers for where, numbers in alike.items() if where.defense == "krum"}
    runs = {"small": made(tmp_path, alike), "longer": made(tmp_path, CELLS)}
    runs["part"] = made(tmp_path, other)
    lines = beside(runs).splitlines()
    assert lines[0] == "| claim | task | small | longer | part |"
    assert lines[2] == (
        "| made-up | 1 "
        "| **holds**<br>krum: 0 [0, 0] (2 seeds)<br>rfa: 0 [0, 0] (2 seeds) "
        "| **fails**<br>krum: 0.5 [-5.853, 6.853] (2 seeds; about 4 seeds would decide)<br>"
        "rfa: 50.5 [44.15, 56.85] (2 seeds) "
        "| – |"
    )
    assert lines[3:] == ["", "Not run: 2 of 3 claims."]
    del runs["small"], runs["longer"]
    assert beside(runs) == "Not run: 3 of 3 claims.\n"
