"""docs/your-edge-case.md, as a reader tries it, with fewer pictures and rounds."""

import re

import pytest
import yaml
from tests.workflow.conftest import ROOT

CONFIG = "config/mine.yaml"
SMALLER = {
    "seeds": [0],
    "figures": {
        "fig4": [
            {
                **{"tasks": ["striped-circles"], "participations": ["fixed-freq-2"]},
                **{"cases": ["normal-case"], "attacks": ["blackbox"], "defenses": ["no-defense"]},
            }
        ],
        "fig5": [],
    },
    "tasks": {
        "striped-circles": {
            **{"rounds": 1, "num_clients": 3, "clients_per_round": 2, "local_epochs": 1},
            "partition": {"min_samples": 1},
            "poison": {"clean": 4},
            "pretrain": {"epochs": 1},
        }
    },
}


@pytest.fixture
def mine(fresh):
    """A copy of the project with the page's pictures and configuration."""
    page = (ROOT / "docs" / "your-edge-case.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```\w+\n# (\S+)\n(.*?)^```$", page)
    assert [name for name, _ in blocks] == ["pictures.py", CONFIG]
    for name, text in blocks:
        (fresh.root / name).write_text(text, encoding="utf-8")
    script = fresh.root / "pictures.py"
    script.write_text(script.read_text().replace("ODD = 200, 80", "ODD = 10, 8"))
    done = fresh.run("python", "pictures.py")
    assert done.returncode == 0, done.stdout
    (fresh.root / "smaller.yaml").write_text(yaml.safe_dump(SMALLER))
    return fresh


def snakemake(project, *targets):
    files = ("--configfile", CONFIG, "smaller.yaml")
    return project.run("python", "-m", "snakemake", "--cores", "2", *files, "--", *targets)


def test_pictures_become_figures(mine):
    done = snakemake(mine, "fig1", "fig4")
    assert done.returncode == 0, done.stdout
    assert (mine.root / "figures" / "mine" / "fig4.png").exists()
    data = mine.root / "results" / "data"
    counts = {path.name.split("-")[0]: path.read_text() for path in data.glob("*.counts.csv")}
    classes = "".join(f"{name},8,2\n" for name in ("circle", "square", "triangle"))
    assert counts["pictures"] == f"class,train,test\n{classes}"
    assert len(list(data.glob("*.png"))) == len(list(data.glob("*.index.csv"))) == 2
    # A file more than was read.
    (mine.root / "striped" / "more.jpg").write_bytes((mine.root / "striped/000.jpg").read_bytes())
    done = snakemake(mine, "fig4")
    assert done.returncode == 1
    assert "tasks.striped-circles.edge_set: striped: has changed since" in done.stdout
    assert "1 new: more.jpg" in done.stdout


def test_pictures_that_cannot_be_used_are_named_before_anything_trains(mine):
    for name in ("001.jpg", "002.jpg"):
        path = mine.root / "striped" / name
        path.write_bytes(path.read_bytes()[:200])
    done = snakemake(mine, "fig4")
    assert done.returncode == 1
    assert "broken or truncated: 001.jpg, 002.jpg" in done.stdout
    assert not list((mine.root / "results" / "data").glob("striped-*"))
    assert not (mine.root / "results" / "mine" / "cells").exists()
