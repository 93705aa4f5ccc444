"""Two cells or two runs: what differs, by hand."""

import json
import math

import pandas as pd
import pytest
from tests.report.reading import Page

from edgecase.base.errors import DataError
from edgecase.report.compare import compare, parameter_table
from edgecase.report.compare_page import markdown, page
from edgecase.results.rounds import CELL_AXES, ROUND_COLUMNS

AXES = ("a", "b", "c", "none", "krum", "default")


def cell(run, backdoors, axes=AXES, **parameters):
    """A cell of two rounds without an attacker: seed → its backdoor accuracy after each."""
    folder = run.joinpath("cells", *axes)
    folder.mkdir(parents=True)
    record = dict(zip(CELL_AXES, axes, strict=True)) | {
        **{"standin": False, "seeds": list(backdoors), "data": {}},
        "parameters": {"rounds": 2, "evaluate_every": 1, **parameters},
    }
    (folder / "cell.json").write_text(json.dumps(record))
    for seed, backdoor in backdoors.items():
        rounds = pd.DataFrame({name: [1.0] * 3 for name in ROUND_COLUMNS}).astype(object)
        rounds["fl_iter"] = [0, 1, 2]
        rounds["backdoor_acc"] = backdoor
        rounds[["client_ids", "refused_ids", "diverged_ids", "attacker_accepted"]] = ""
        rounds["num_attackers"] = 0
        rounds.to_csv(folder / f"seed{seed}.csv", index=False)
    return folder


@pytest.fixture
def runs(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    cell(a, {0: 10, 1: 20, 5: 99}, lr=0.1, defense={"name": "krum"})
    cell(b, {0: 14, 1: 30, 7: 99}, lr=0.2, defense={"name": "krum", "num_byzantine": 1})
    return a, b


def test_two_cells_differ_by_seed_as_by_hand(runs):
    found = compare(*(run.joinpath("cells", *AXES) for run in runs))
    row = found.pairs[0].differences.loc["backdoor_last"]
    # Seeds 0 and 1: differences 4 and 10, standard error 3; t of one degree of freedom is 12.706.
    assert (row["n"], row["a"], row["b"], row["difference"]) == (2, 15, 22, 7)
    assert math.isclose(row["low"], 7 - 12.7062 * 3, rel_tol=1e-4)
    assert math.isclose(row["high"], 7 + 12.7062 * 3, rel_tol=1e-4)
    assert parameter_table(found).values.tolist() == [
        ["defense.num_byzantine", "–", "1"],
        ["lr", "0.1", "0.2"],
    ]


def test_two_runs_are_paired_by_cell(runs):
    alone = (*AXES[:-1], "wide")
    cell(runs[1], {0: 1}, alone)
    found = compare(*runs)
    assert [pair.name for pair in found.pairs] == ["/".join(AXES)]
    assert (found.only_a, found.only_b) == ((), ("/".join(alone),))
    text = markdown(found)
    assert "Only in B: a/b/c/none/krum/wide." in text
    assert "+7 [-31.1, +45.1]" in text
    shown = Page(page(found))
    assert "+7 [-31.1, +45.1]" in shown.text
    assert not {"script", "link", "iframe"} & set(shown.tags)


def test_what_cannot_be_compared_is_named(runs, tmp_path):
    inside = runs[0].joinpath("cells", *AXES)
    with pytest.raises(DataError, match="one is a cell and one is not"):
        compare(inside, runs[1])
    with pytest.raises(DataError, match="nowhere: is neither"):
        compare(runs[0], tmp_path / "nowhere")
    other = cell(tmp_path / "c", {3: 1}, (*AXES[:-1], "other"))
    with pytest.raises(DataError, match="no cell in common"):
        compare(runs[0], tmp_path / "c")
    with pytest.raises(DataError, match="no seed in common"):
        compare(inside, other)
