"""`--quick` from end to end, with its processes; and what docs/bench.md says of it."""

import csv
import itertools
import json
import re
from pathlib import Path

import pytest
from benchmarks.worker import NAIVE
from benchmarks.workload import build, resolve

from benchmarks import agreement, bench, table
from edgecase.base.errors import ConfigError, DataError
from edgecase.federation.trainer import BACKENDS

PAGE = (Path(__file__).parents[2] / "docs" / "bench.md").read_text(encoding="utf-8")
TASK = "emnist-ardis"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    arguments = ["--quick", "--minutes", "0", "--tasks", TASK, "--device", "cpu", "--threads", "1"]
    with pytest.MonkeyPatch.context() as patch:
        shown = []
        patch.setattr(bench.race, "pfl_installed", lambda: False)
        patch.setattr("builtins.print", lambda *text, **_: shown.extend(map(str, text)))
        bench.main([*arguments, "--out", str(folder)])
    (found,) = folder.glob("*.json")
    return json.loads(found.read_text()), found.with_suffix(".csv"), "\n".join(shown)


def test_every_row_is_there_and_measured(run):
    found, _, _ = run
    contestants = [(NAIVE, "fp32"), *itertools.product(BACKENDS, ("fp32", "bf16"))]
    expected = [(TASK, a, 1, *who) for a in (0, 1) for who in contestants]
    keys = ("task", "attackers", "seeds", "backend", "precision")
    assert [tuple(row[key] for key in keys) for row in found["timings"]] == expected
    for row in found["timings"]:
        assert (row["n"], row["skipped"]) == (1, None)
        assert row["round_s"] == pytest.approx(
            row["train_s"] + row["aggregate_s"] + row["evaluate_s"]
        )
        measured = ("train_s", "aggregate_s", "evaluate_s", "steps_per_s", "of_matrix")
        assert all(row[name] > 0 for name in measured)
        assert row["memory_mib"] >= 1
        assert (row["times_naive"] == 1) == (row["backend"] == NAIVE)
    assert len(found["turns"]) == len(found["timings"])


def test_steps_are_those_of_the_round(run):
    found, _, _ = run
    for attacked in (False, True):
        parameters = resolve(TASK, attacked=attacked, precision="fp32", quick=True)
        rows = [row for row in found["timings"] if row["attackers"] == attacked]
        assert {row["client_steps"] for row in rows} == {build(parameters).steps}


def test_batched_equals_one_after_the_other(run):
    found, _, _ = run
    stacked = BACKENDS[1:]
    who = [(row["backend"], row["dtype"]) for row in found["agreement"]]
    assert who == [(b, dtype) for dtype in ("float64", "float32") for b in stacked]
    for row in found["agreement"]:
        limit = 1e-12 if row["dtype"] == "float64" else 1e-4
        assert row["largest_difference"] < limit * row["largest_update"]


def test_tables_and_facts(run):
    found, path, shown = run
    assert re.fullmatch(r"cpu-1-threads-\d{4}-\d\d-\d\d-\d\d-\d\d-utc\.csv", path.name)
    with path.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == list(table.COLUMNS)
    assert len(rows) == len(found["timings"])
    assert table.to_markdown(found["timings"]) in shown
    assert table.agreement_to_markdown(found["agreement"]) in shown
    assert found["facts"]["command"].startswith("python -m benchmarks.bench --quick")
    assert {"hardware", "threads", "versions", "data", "scale"} <= found["facts"].keys()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["--tasks", "nn"], ConfigError, "task: 'nn' is unknown"),
        (["--seeds", "0"], ConfigError, "--seeds: 0 must be at least 1"),
        (["--threads", "-1"], ConfigError, "--threads: -1 must be at least 1"),
        (["--device", "gpu"], ConfigError, "device: 'gpu' is unknown"),
        (["--data", "nowhere"], DataError, r"nowhere/cifar10\.npz: is missing"),
    ],
)
def test_what_cannot_run_is_said_at_once(arguments, error, message, monkeypatch):
    monkeypatch.setattr(bench.race, "run", None)
    with pytest.raises(error, match=message):
        bench.main(arguments)


def test_the_page_names_every_column_and_option():
    tables = re.findall(r"(?m)(?:^\|.*\|\n)+", PAGE)
    columns = [re.findall(r"(?m)^\| `(\w+)` \|", text) for text in tables]
    assert list(table.COLUMNS) in columns
    assert list(agreement.COLUMNS) in columns
    options = {option for action in bench._parser()._actions for option in action.option_strings}
    assert options - {"-h", "--help"} == set(re.findall(r"`(--[a-z]+)[^`]*`", PAGE))
