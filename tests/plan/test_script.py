"""workflow/scripts/plan.py: what it prints and writes."""

import csv
import importlib.util
import json
import time
from pathlib import Path

import pytest
from tests.plan.made_up import answer

from edgecase import config as configuration
from edgecase.plan import estimate, speed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script():
    path = ROOT / "workflow" / "scripts" / "plan.py"
    spec = importlib.util.spec_from_file_location("plan_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table_and_calibration(script, tmp_path, capsys, monkeypatch):
    asked = []

    def ask(request, count):
        asked.append(count)
        return [answer(request, time.monotonic())] * count

    monkeypatch.setattr(speed, "_ask", ask)
    config = configuration.load(ROOT / "config" / "test.yaml")
    arguments = ["--config", json.dumps(config), "--cores", "4", "--out", str(tmp_path)]
    arguments += ["--calibration", str(tmp_path / "speeds.json")]
    for _ in range(2):  # it measures anew each time
        script.main(arguments)
    script.main([*arguments, "--gpu-jobs", "1"])
    assert asked == [4, 4, 1]
    with (tmp_path / "plan.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == list(estimate.COLUMNS)
    assert [row["part"] for row in rows][-2:] == ["whole run", "still to run"]
    assert all(float(row["hours"]) > 0 for row in rows)
    assert (tmp_path / "plan.md").read_text() in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("plan.csv", "plan.md", "speeds.json")
    ]


def test_columns_are_documented():
    text = (ROOT / "docs" / "cost.md").read_text()
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
    assert documented == list(estimate.COLUMNS)
