"""What a run makes of its cells, and when figure 1 is one of its figures."""

from pathlib import Path

import pytest

from edgecase import config as configuration
from edgecase.pipeline.products import Products
from edgecase.results.cells import all_cells
from edgecase.results.layout import FIGURE_FILES
from edgecase.sharing import MANIFEST

CONFIGS = Path(__file__).parents[2] / "config"
CONFIG = configuration.load(CONFIGS / "test.yaml")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def products(*targets, **changes):
    config = CONFIG | changes
    return Products(config, all_cells(config), targets)


def test_everything():
    made = products().all()
    assert len(made) == len(set(made))
    figures = {f"figures/test/fig{n}.{end}" for n in (1, 2, 4, 5) for end in FIGURE_FILES}
    tables = {"results/test/tables/summary.csv", "results/test/tables/hyperparameters.md"}
    pages = {f"results/test/report/{name}.html" for name in ("front", "fig4", "provenance")}
    claims = {"results/test/claims.csv", "results/test/claims.md"}
    assert figures | tables | pages | claims <= set(made)
    assert {path for path in made if path.startswith("figures/")} == figures


def test_a_share_makes_its_cells_alone():
    assert products(shard="1/2").all() == []


def test_an_archive_has_figure_1_or_none(folder):
    (folder / "results/test").mkdir(parents=True)
    (folder / "results/test" / MANIFEST).touch()
    assert products().numbered()[0] == "fig2"
    assert products("fig1").montage_is_drawn
    (folder / "figures/test").mkdir(parents=True)
    (folder / "figures/test/fig1.png").touch()
    assert products().numbered()[:2] == ["fig1", "fig2"]
    assert not products().montage_is_drawn
    for path in map(Path, products().montage_data):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert products().montage_is_drawn


def test_figure_1_shows_tasks_of_images_alone():
    demo = configuration.load(Path(CONFIGS, "demo.yaml"))
    cells = all_cells(demo)
    assert {cell.task for cell in cells} >= {"standin-planes", "standin-digits", "standin-tweets"}
    assert set(Products(demo, cells, ()).montage_tasks) == {
        *("standin-planes", "standin-digits", "standin-photographs")
    }
    sentences = [cell for cell in cells if cell.task == "standin-tweets"]
    assert Products(demo, sentences, ()).numbered()[0] != "fig1"
