"""Folders in the place of a data set and an edge set: names, what is known of them, refusals."""

import numpy as np
import pytest
from PIL import Image

from edgecase import config as configuration
from edgecase.base.errors import ConfigError
from edgecase.config.folders import folder_name, named
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.own import grey, prepare_images
from edgecase.population import poison
from edgecase.results import layout

pytestmark = pytest.mark.usefixtures("forgets_folders")


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """Two classes of six pictures each, and four odd ones, in the working folder."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    for folder, count in (("pictures/cat", 6), ("pictures/dog", 6), ("odd", 4)):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (12, 10, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
    return tmp_path


def task(**changes):
    return {
        "tasks": {
            "mine": {
                "dataset": {"folder": "pictures", "size": 8},
                "edge_set": {"folder": "odd", "source": "cat", "target": "dog"},
            }
            | changes
        }
    }


def problems(config):
    with pytest.raises(ConfigError) as error:
        named(config)
    return error.value.problems


def test_a_folder_gets_a_name_and_is_described(pictures):
    config = named(task())
    own = config["tasks"]["mine"]
    dataset, edge_set = own["dataset"], own["edge_set"]
    assert dataset.startswith("pictures-")
    assert edge_set.startswith("odd-")
    assert DATASETS[dataset].shape == (8, 8, 3)
    assert DATASETS[dataset].class_names == ("cat", "dog")
    assert (EDGE_SETS[edge_set].source_class, EDGE_SETS[edge_set].target_class) == (0, 1)
    assert poison.family_of(edge_set) is poison.Photographs
    assert config["folders"][dataset]["counts"] == [10, 2]
    assert named(task()) == config
    # A job is told what changes its numbers, and not where the folder lies.
    told = configuration.folders_of(config, dataset, edge_set, "cifar10")["folders"]
    assert told[dataset] == {
        **{"classes": ["cat", "dog"], "size": 8},
        **{"in_memory": True, "test_share": 0.2},
    }
    assert "path" not in told[edge_set]
    assert configuration.folders_of(config, "cifar10", "southwest") == {}


def test_the_name_changes_with_path_and_options():
    names = {
        folder_name(folder, options)
        for folder in ("a/Cats & Dogs", "b/Cats & Dogs")
        for options in ({"size": 8}, {"size": 9})
    }
    assert len(names) == 4
    assert all(name.startswith("cats-dogs-") for name in names)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"dataset": {"folder": "none"}}, "tasks.mine.dataset: none: is missing"),
        ({"dataset": {"size": 8}}, "tasks.mine.dataset.folder: is missing"),
        ({"dataset": {"folder": "pictures", "sise": 8}}, "tasks.mine.dataset.sise: is unknown"),
        ({"dataset": {"folder": "odd"}}, "no class folders; expected one folder of images per"),
        (
            {"edge_set": {"folder": "odd", "source": "cow", "target": "dog"}},
            "tasks.mine.edge_set.source: 'cow' is unknown; allowed: cat, dog",
        ),
        (
            {"edge_set": {"folder": "odd", "source": "dog", "target": "dog"}},
            "tasks.mine.edge_set.target: 'dog' is the source class; name another",
        ),
        ({"dataset": "reddit"}, "tasks.mine.edge_set: needs a `dataset` whose samples have"),
        ({"dataset": "sentiment140"}, "'cat' is unknown; allowed: negative, positive"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_key(pictures, changes, told):
    assert any(told in problem for problem in problems(task(**changes)))


def test_a_folder_in_an_override_is_refused(pictures):
    changed = task() | {"overrides": {"other": {"dataset": {"folder": "pictures"}}}}
    assert problems(changed) == [
        "overrides.other.dataset: a folder stands in a task, not in an override"
    ]


def test_a_folder_that_has_changed_is_refused_and_one_that_is_gone_is_known_by_its_list(pictures):
    config = named(task())
    name = config["tasks"]["mine"]["dataset"]
    arrays = prepare_images(
        pictures / "pictures", pictures / layout.prepared(name), config["folders"][name], 1
    )
    assert len(arrays["x_train"]) + len(arrays["x_test"]) == 12
    assert sorted(arrays["y_test"].tolist()) == [0, 1]
    (pictures / "pictures").rename(pictures / "elsewhere")
    assert named(task())["folders"][name]["counts"] == [10, 2]
    (pictures / "elsewhere").rename(pictures / "pictures")
    (pictures / "pictures" / "cat" / "0.png").unlink()
    (told,) = problems(task())
    assert "1 missing: cat/0.png" in told
    assert "remove" in told


def test_colour_becomes_luma():
    colours = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]]], np.uint8)
    assert grey(colours)[0, 0, :, 0].tolist() == [76, 150, 29, 255]


def test_one_folder_of_edge_cases_has_a_name_for_each_data_set(pictures):
    """The classes' numbers differ, and so do the prepared files."""
    (pictures / "more" / "ant").mkdir(parents=True)
    for name in ("cat", "dog", "ant"):
        (pictures / "more" / name).mkdir(exist_ok=True)
        for number in range(3):
            image = (pictures / "pictures" / "cat" / f"{number}.png").read_bytes()
            (pictures / "more" / name / f"{number}.png").write_bytes(image)
    config = named(
        {
            "tasks": task()["tasks"]
            | {"other": task(dataset={"folder": "more", "size": 8})["tasks"]["mine"]}
        }
    )
    first, second = (config["tasks"][name]["edge_set"] for name in ("mine", "other"))
    assert first != second
    assert (EDGE_SETS[first].source_class, EDGE_SETS[second].source_class) == (0, 1)
