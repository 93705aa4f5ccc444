"""What makes a job stale: the code that it runs, by meaning, and nothing else."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from edgecase import config as configuration
from edgecase.datasets import DATASETS
from edgecase.figures import FIGURES
from edgecase.results import code
from edgecase.results.cells import all_cells

ROOT = Path(__file__).parents[2]
SCRIPTS = ("collect", "summary", "claims", "partition", "poison", "page", "montage")
SCRIPTS += ("verdict_table", "verdict_figure")


@pytest.fixture(scope="module")
def cells():
    """The parameters of the cells of the demo."""
    config = configuration.load(ROOT / "config" / "demo.yaml")
    return {cell: configuration.resolve_cell(config, cell) for cell in all_cells(config)}


#: Copies of the sources differ in a file or two, and each content is worked out once.
MEANING = cache(code._meaning)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The sources in a folder of their own, to be changed; digests are those of this copy."""
    target = tmp_path / "workflow"
    shutil.copytree(code.WORKFLOW, target, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "WORKFLOW", target)
    monkeypatch.setattr(code, "_meaning", MEANING)
    return target / "edgecase"


def digests(cells):
    """Job → its digest: cells, starting models, data sets, figures and other steps."""
    return (
        {cell: code.digest_for("cell", parameters) for cell, parameters in cells.items()}
        | {
            f"pretrain {name}": code.digest_for("pretrain", {"model": {"name": name}})
            for name in ("lenet", "vgg9")
        }
        | {name: code.digest("prepare", entry.build.__module__) for name, entry in DATASETS.items()}
        | {name: code.digest("figure", entry.draw.__module__) for name, entry in FIGURES.items()}
        | {script: code.digest(script) for script in SCRIPTS}
    )


@pytest.fixture(scope="module")
def before(cells):
    return digests(cells)


def stale(cells, before):
    return {job for job, digest in digests(cells).items() if digest != before[job]}


def append(path, text):
    path.write_text(f"{path.read_text()}{text}")


def test_the_same_code_elsewhere_has_the_same_digests(copy, cells, before):
    assert stale(cells, before) == set()


def test_words_layout_and_stray_files_make_nothing_stale(copy, cells, before):
    for path in copy.rglob("*.py"):
        text = path.read_text().replace('"""\n', ', as it says."""\n', 1)
        path.write_text(f"# Another comment.\n\n\n{text}\n\n# And another.\n")
    for room in ("defenses", "federation", "figures"):
        (copy / room / "unregistered.py").write_text("VALUE = 1\n")
        (copy / room / ".#krum.py").symlink_to("user@host.1:2")
        (copy / room / ".ipynb_checkpoints").mkdir()
        (copy / room / ".ipynb_checkpoints" / "krum.py").write_text("VALUE = 1\n")
    assert stale(cells, before) == set()


def test_a_line_of_a_defense_makes_its_own_cells_stale(copy, cells, before):
    append(copy / "defenses" / "krum.py", "OTHER = 1\n")
    # FedGrad trusts the cluster of Krum's winner.
    krum = {cell for cell in cells if cell.defense in ("krum", "multi-krum", "fedgrad")}
    assert 0 < len(krum) < len(cells)
    assert stale(cells, before) == krum


def test_a_line_of_an_attack_makes_its_own_cells_stale(copy, cells, before):
    append(copy / "attacks" / "pgd.py", "OTHER = 1\n")
    own = {cell for cell in cells if cell.attack.startswith("pgd")}
    assert 0 < len(own) < len(cells)
    assert stale(cells, before) == own


def test_a_line_of_a_model_makes_its_cells_and_starts_stale(copy, cells, before):
    append(copy / "models" / "vgg.py", "OTHER = 1\n")
    own = {cell for cell, parameters in cells.items() if parameters["model"]["name"] == "vgg9"}
    assert 0 < len(own) < len(cells)
    assert stale(cells, before) == own | {"pretrain vgg9"}


def test_a_line_of_the_round_makes_all_cells_stale(copy, cells, before):
    append(copy / "federation" / "round.py", "OTHER = 1\n")
    assert set(cells) <= stale(cells, before)
    assert not stale(cells, before) & {*DATASETS, *FIGURES, *SCRIPTS}


def test_a_colour_makes_figures_stale_and_no_table(copy, cells, before):
    append(copy / "figures" / "style.py", "OTHER = 1\n")
    assert stale(cells, before) == {*FIGURES, "montage", "verdict_figure"}


def test_a_figure_and_a_data_set_stand_alone(copy, cells, before):
    append(copy / "figures" / "fig4.py", "OTHER = 1\n")
    append(copy / "datasets" / "cifar10.py", "OTHER = 1\n")
    assert stale(cells, before) >= {"fig4", "cifar10"}
    assert not stale(cells, before) & {"fig3", "fig8", "mnist", "standin-digits", *cells, *SCRIPTS}


def test_a_template_is_code_of_its_pages(copy, cells, before):
    append(copy / "report" / "templates" / "page.css", "td { color: black }\n")
    assert stale(cells, before) == {"page"}


def test_parts_that_are_imported_late_count():
    """In a function, by `lazy`, and as packages on the way."""
    names = {path.as_posix() for path in code.files("cell", "edgecase.models.lenet")}
    assert "edgecase/models/layers/two_convolutions.py" in names
    assert {"scripts/cell.py", "edgecase/models/__init__.py"} <= names
    assert "edgecase/models/vgg.py" not in names
    assert "edgecase/base/progress.py" not in names


@pytest.mark.parametrize(
    "harm", [lambda kept: b"", lambda kept: kept[:-9], lambda kept: b"{}\n" + kept]
)
def test_what_is_kept_of_a_file_is_never_another_files(copy, monkeypatch, harm):
    monkeypatch.setattr(code.sys, "dont_write_bytecode", False)
    path = copy / "defenses" / "krum.py"
    read = code._read.__wrapped__
    first = read(path)
    (kept,) = copy.rglob("*.meaning")
    assert read(path) == first
    kept.write_bytes(harm(kept.read_bytes()))
    assert read(path) == first
    path.write_text(path.read_text().replace("sum", "max"))
    changed = read(path)
    assert changed == code._meaning(path.read_bytes()) != first
    assert read(path) == changed


def test_what_comes_in_files_counts_where_the_files_are_made():
    def packages(script):
        return {path.parent.name for path in code.files(script)}

    assert "datasets" in packages("prepare")
    assert "poison" in packages("poison")
    assert not {"datasets", "poison"} & packages("cell")
