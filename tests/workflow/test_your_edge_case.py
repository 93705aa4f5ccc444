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
                **{"cases": ["edge-case"], "attacks": ["blackbox"], "defenses": ["no-defense"]},
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


def test_pictures_become_a_cell_and_figure_1(mine):
    cell = "striped-circles/fixed-freq-2/edge-case/blackbox/no-defense/default"
    targets = (f"results/mine/cells/{cell}/cell.json", "fig1")
    files = ("--configfile", CONFIG, "smaller.yaml")
    options = ("--cores", "2", "--printshellcmds", *files)
    done = mine.run("python", "-m", "snakemake", *options, "--", *targets)
    assert done.returncode == 0, done.stdout
    assert (mine.root / "figures" / "mine" / "fig1.png").exists()
    data = mine.root / "results" / "data"
    counts = {path.name.split("-")[0]: path.read_text() for path in data.glob("*.counts.csv")}
    classes = "".join(f"{name},8,2\n" for name in ("circle", "square", "triangle"))
    assert counts["pictures"] == f"class,train,test\n{classes}"
    assert len(list(data.glob("*.png"))) == len(list(data.glob("*.index.csv"))) == 2
    # What is wrong with a folder is told before anything trains.
    rules = re.findall(r"(?m)^(?:local)?rule (\w+):", done.stdout)
    assert rules.count("prepare_folder") == 2
    assert rules[:2] == ["prepare_folder"] * 2
