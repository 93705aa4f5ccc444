"""What the jobs of the demo read and are told, written down by hand."""

import json
from pathlib import Path

from edgecase import config as configuration
from edgecase.pipeline.jobs import Jobs, as_json, raw_folders
from edgecase.results.cells import Cell

CONFIG = Path(__file__).parents[2] / "config"
DEMO = configuration.load(CONFIG / "demo.yaml") | {"seeds": [3, 1]}
CELL = Cell("standin-digits", "fixed-freq-5", "edge-case", "pgd", "krum", "changed")


def jobs(**change):
    return Jobs(DEMO | {"overrides": {"changed": change}})


def test_draws_of_every_seed_in_order():
    own = jobs(rounds=2)
    assert own.seeds == [1, 3]
    assert own.partitions(CELL) == [
        f"results/demo/partition/standin-digits/default/seed{seed}.npz" for seed in (1, 3)
    ]
    assert own.poisons(CELL) == [
        f"results/demo/poison/standin-digits/edge-case/default/seed{seed}.npz" for seed in (1, 3)
    ]


def test_an_override_has_files_of_its_own_for_what_it_changes():
    own = jobs(model={"width": 0.25})
    assert (
        own.start(CELL.task, "changed")
        == "results/demo/pretrain/standin-digits/changed.safetensors"
    )
    assert "/default/" in own.partitions(CELL)[0]
    default = Cell(*CELL.folder.split("/")[:5])
    heads = [f"results/demo/pretrain/standin-digits/{name}.json" for name in ("changed", "default")]
    assert own.starts([CELL, default, CELL]) == heads


def test_a_cell_is_told_what_it_depends_on():
    own = jobs(eps=0.75)
    assert own.cell_parameters(CELL)["eps"] == 0.75
    assert own.cell_parameters(CELL) == configuration.resolve_cell(own.config, CELL)


def test_only_a_start_of_the_authors_has_a_checkpoint():
    paper = configuration.load()
    own = Jobs(paper | {"overrides": {"theirs": {"start": "authors"}}})
    assert own.checkpoint("cifar10-southwest", "default") == []
    (folder,) = own.checkpoint("cifar10-southwest", "theirs")
    assert folder.startswith("results/data/raw/")


def test_densities_compare_the_two_kinds_of_images():
    own = Jobs(DEMO)
    first, second = DEMO["densities"]["tasks"][:2]
    assert own.density_data(first, "comparison") == own.density_data(second, "dataset")
    assert own.density_parameters(first).keys() >= {"components", "variance", "model", "switches"}


def test_parameters_are_one_line_whatever_their_order():
    assert as_json({"b": 1, "a": [True, None]}) == as_json({"a": [True, None], "b": 1})
    assert json.loads(as_json({"b": 1})) == {"b": 1}


def test_a_standin_is_prepared_from_nothing():
    assert raw_folders("standin-digits") == []
    assert raw_folders("mnist") == ["results/data/raw/mnist"]


def test_a_defense_that_marks_the_model_reads_another_data_set():
    marked = Cell("standin-digits", "fixed-freq-2", "edge-case", "blackbox", "indicator")
    assert Jobs(DEMO).marks(marked) == ["results/data/standin-planes.npz"]
    assert jobs().marks(CELL) == []
