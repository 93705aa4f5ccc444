"""The downloads that a configuration needs."""

from pathlib import Path

from tests.config.made_up import T2, edited, with_cell

from edgecase.plan import data


def test_the_sources_of_the_cells_alone():
    config = with_cell(tasks="mnist-ardis")
    config["densities"] = config["densities"] | {"tasks": []}
    assert data.sources(config) == {"mnist": "mnist", "ardis": "ardis"}
    assert data.made_of(config, Path("d")) == {
        **{"mnist": Path("d/mnist.npz"), "ardis": Path("d/ardis.npz")}
    }


def test_figure_2_and_the_authors_models_count():
    """Beside the one cell on EMNIST, figure 2 compares with the digits' other kind, CIFAR-10."""
    config = edited((f"tasks/{T2}/start", "authors"), base=with_cell(tasks=T2))
    assert data.sources(config).keys() == {
        *("cifar10", "southwest", "emnist", "ardis", "authorslenet")
    }


def test_the_images_of_a_mark_count():
    """A cell on MNIST whose defense marks the model with CIFAR-10's images."""
    marks = ("tasks/mnist-ardis/defenses/indicator", {"ood_dataset": "cifar10"})
    config = edited(marks, base=with_cell(tasks="mnist-ardis", defenses="indicator"))
    config["densities"] = config["densities"] | {"tasks": []}
    assert data.sources(config) == {"mnist": "mnist", "ardis": "ardis", "cifar10": "cifar10"}
