"""A cell on photographs that stay in their files, from the folder to its rounds."""

import numpy as np
import pytest
import torch
from PIL import Image
from tests.federation.conftest import PARAMETERS, typed

from edgecase.base.errors import DataError
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import DATASETS, folders
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.own import prepare_edge_images
from edgecase.datasets.own_files import mapped_beside, prepare_files, some_of_class
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.index import read_index
from edgecase.datasets.photographs.mapped import centre_crop
from edgecase.datasets.photographs.shrink import shrink
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.parameters import StartParameters
from edgecase.federation.simulate import RoundRecord
from edgecase.federation.task import open_dataset
from edgecase.population.partition import partition, read_parameters
from edgecase.population.poison import Photographs, build

NAME, EDGES, SIZE, CLIENTS = "photographs", "odd", 32, 4
CLASSES = ["ant", "bee", "cat"]
ABOUT = {"classes": CLASSES, "size": SIZE, "in_memory": False, "test_share": 0.2}

pytestmark = pytest.mark.usefixtures("forgets_folders")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a split, one of edge cases, and the prepared file of the first."""
    top = tmp_path_factory.mktemp("files")
    generator = np.random.default_rng(0)
    places = {f"pictures/train/{name}": 9 for name in CLASSES}
    places |= {f"pictures/val/{name}": 4 for name in CLASSES} | {"odd": 8}
    for place, count in places.items():
        (top / place).mkdir(parents=True)
        for number in range(count):
            height, width = generator.integers(40, 60, 2)
            pixels = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(top / place / f"{number}.JPEG")
    prepared = top / f"{NAME}.npz"
    save_npz(prepared, prepare_files(top / "pictures", prepared, ABOUT, threads=2))
    return top


@pytest.fixture
def make(files):
    """`make(…)`: an experiment on the files with these parameters changed."""
    folders.register({NAME: ABOUT, EDGES: {"lines": False, "source": 0, "target": 2}})
    shape = DATASETS[NAME].edge_shape
    assert shape == (37, 37, 3)
    edge = prepare_edge_images(files / "odd", files / f"{EDGES}.npz", shape, threads=1)

    def experiment(**changes):
        values = PARAMETERS | {
            **{"dataset": NAME, "edge_set": EDGES, "task": "mine", "case": "normal-case"},
            **{"model": {"name": "vgg11-imagenet", "width": 1 / 32}, "num_clients": CLIENTS},
            **{"clients_per_round": 3, "attack": "blackbox", "test_samples": 6, "rounds": 4},
            **{"partition": {"kind": "iid"}, "poison": {}, "start": "trained", "pretrain": None},
            **{"whole_test_every": 2, "attacker_batch_size": 9, "lr": 0.01},
        }
        cell = typed(values | changes)
        arrays = open_dataset(files / f"{NAME}.npz", cell)
        held = partition(
            *(arrays["y_train"], CLIENTS, read_parameters(cell.partition)),
            *(numpy_generator(0, "partition"), ()),
        )
        family = Photographs(clean=5, normal_share=0.5, honest_files="each")
        poison = build(
            *(family, edge, 0, 2, len(arrays["y_train"]), "normal-case", CLIENTS),
            numpy_generator(0, "poison"),
        )
        return Experiment(cell, arrays, {0: held}, {0: poison}, Execution(torch.device("cpu")))

    return experiment


def test_what_is_prepared_are_names_labels_and_the_tests_middles(files):
    arrays = open_dataset_of(files)
    records = read_index(files / f"{NAME}.index.csv")
    tested = [record for record in records if record.split == "test"]
    assert arrays["y_train"].tolist() == [label for label in range(3) for _ in range(9)]
    assert arrays["y_test"].tolist() == [record.class_index for record in tested]
    for row, record in enumerate(tested):
        image = decode(files / "pictures" / record.path)
        assert np.array_equal(arrays["x_test"][row], centre_crop(image, 37, SIZE))
    assert (files / f"{NAME}.counts.csv").read_text() == "class,train,test\n" + "".join(
        f"{name},9,4\n" for name in CLASSES
    )
    assert Image.open(files / f"{NAME}.png").width > 500
    shown = some_of_class(arrays, 1, 37)
    first = decode(files / "pictures" / "train" / "bee" / "0.JPEG")
    assert np.array_equal(shown[0], shrink(first, 37))
    assert shown.shape == (9, 37, 37, 3)


def open_dataset_of(files):
    folders.register({NAME: ABOUT})
    values = {"dataset": NAME, "model": {"name": "vgg11-imagenet", "width": 1}, "start": "authors"}
    parameters = read(StartParameters, values | {"precision": "fp32"})
    return open_dataset(files / f"{NAME}.npz", parameters)


def test_a_folder_without_a_split_gets_one(files, tmp_path):
    arrays = prepare_files(files / "pictures" / "train", tmp_path / "own.npz", ABOUT, threads=1)
    assert np.bincount(arrays["y_train"]).tolist() == [7, 7, 7]
    assert np.bincount(arrays["y_test"]).tolist() == [2, 2, 2]


def test_a_run_that_was_broken_off_goes_on_to_the_same_numbers(make, tmp_path):
    whole = rows_of(make(), tmp_path / "whole")
    assert [values["num_attackers"] for values in whole] == [0, 1, 0, 1, 0]

    class Broken(Exception):
        pass

    def stop(_: int, record: RoundRecord) -> None:
        if record.round == 2:
            raise Broken

    with pytest.raises(Broken):
        rows_of(make(), tmp_path / "broken", stop)
    reports = []
    experiment = make()
    session = experiment.session({0: (tmp_path / "broken" / "0", "this")}, reports.append)
    assert (session.states[0].round, reports) == (2, [])
    assert rows_of(experiment, tmp_path / "broken") == whole


def rows_of(experiment, folder, progress=lambda seed, record: None):
    folder.mkdir(exist_ok=True)
    session = experiment.session({0: (folder / "0", "this")}, pytest.fail)
    experiment.run(session, 0, progress)
    return [values for values, _ in session.states[0].reached]


def test_the_whole_test_set_is_tested_now_and_then(make, tmp_path):
    every = rows_of(make(test_samples=None, whole_test_every=None), tmp_path / "every")
    some = rows_of(make(), tmp_path / "some")
    accuracies = [values["main_task_acc"] for values in every]
    assert "whole_task_acc" not in every[0]
    assert [values["whole_task_acc"] for values in some] == [
        accuracy if round % 2 == 0 else None for round, accuracy in enumerate(accuracies)
    ]
    assert make().whole.num_clean == 12
    assert make().tests(0).num_clean == 6


def test_each_holder_has_every_honest_picture(make):
    honest = make().populations[0].honest
    counts = [int((samples.index >= 27).sum()) for samples in honest]
    assert counts == [2, 2, 0, 0]


def test_a_changed_file_of_test_images_is_refused(make, files):
    make()
    path = mapped_beside(files / f"{NAME}.npz")
    kept = path.read_bytes()
    try:
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(DataError, match="prepare it again"):
            make()
    finally:
        path.write_bytes(kept)
