"""The scripts of figure 2, on a few made-up digits and an untrained model."""

import json

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import save_file
from tests.densities.made_up import table

from edgecase import models
from edgecase.base.errors import DataError
from edgecase.federation.flat import FlatModel
from edgecase.population.poison import PoisonedData, save_poison
from scripts import densities, density_figure, density_table

TRAIN, TEST, EDGE, OTHER = 60, 25, 7, 30
PARAMETERS = {
    "dataset": "standin-digits",
    "edge_set": "standin-sevens",
    "comparison": "standin-planes",
    "model": {"name": "lenet", "width": 0.1},
    "switches": {"orientation": "published", "transforms": "published"},
    "components": 2,
    "variance": 0.9,
    "train_samples": 50,
    "test_samples": 20,
}


def images(count, shape=(28, 28, 1), seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


def write_poison(path, test):
    none = np.zeros(0, np.int64)
    data = PoisonedData(
        attacker_clean_index=none,
        attacker_edge_x=test[:0],
        attacker_edge_y=none,
        honest_edge_x=test[:0],
        honest_edge_y=none,
        honest_edge_client=none,
        test_x=test,
        test_y=np.ones(len(test), np.int64),
    )
    save_poison(path, data, none)


@pytest.fixture
def inputs(tmp_path):
    """Two data sets, a poisoned set per seed and a starting model; returns their folder."""
    np.savez(
        tmp_path / "digits.npz",
        x_train=images(TRAIN),
        y_train=np.arange(TRAIN) % 10,
        x_test=images(TEST, seed=1),
        y_test=np.arange(TEST) % 10,
    )
    np.savez(tmp_path / "planes.npz", x_test=images(OTHER, (32, 32, 3), seed=2))
    for seed in (0, 1):
        write_poison(tmp_path / f"seed{seed}.npz", images(EDGE, seed=3))
    save_file(FlatModel(models.build("lenet", width=0.1)).state(), tmp_path / "start.safetensors")
    return tmp_path


def run(folder, *, seeds=(0, 1), name="out.csv", comparison="planes.npz", **changes):
    arguments = ["--task", "t", "--dataset", folder / "digits.npz"]
    arguments += ["--comparison", folder / comparison, "--start", folder / "start.safetensors"]
    arguments += ["--poison", *(folder / f"seed{seed}.npz" for seed in seeds)]
    arguments += ["--seeds", *seeds, "--device", "cpu", "--out", folder / name]
    arguments += ["--parameters", json.dumps(PARAMETERS | changes)]
    densities.main([str(argument) for argument in arguments])
    return pd.read_csv(folder / name)


def values(made, group):
    return made.loc[made["group"] == group, "log_density"].to_numpy()


def test_a_row_per_image_of_each_set_and_seed(inputs):
    made = run(inputs)
    assert list(made.columns) == ["task", "standin", "seed", "group", "set", "log_density"]
    assert made.groupby(["seed", "group", "set"], sort=False).size().to_dict() == {
        (seed, group, name): count
        for seed in (0, 1)
        for group, name, count in (
            ("in-distribution", "standin-digits", 20),
            ("edge-case", "standin-sevens", EDGE),
            ("out-of-distribution", "standin-planes", 20),
        )
    }
    assert (made["task"] == "t").all()
    assert made["standin"].all()
    assert np.isfinite(made["log_density"]).all()


def test_equal_runs_are_equal_and_a_seed_does_not_depend_on_the_others(inputs):
    both = run(inputs)
    run(inputs, name="again.csv")
    assert (inputs / "again.csv").read_bytes() == (inputs / "out.csv").read_bytes()
    alone = run(inputs, seeds=(1,))
    second = both[both["seed"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, second)
    # The poisoned sets are equal, so seeds differ by the mixture's images and start alone.
    assert not np.allclose(values(both[both["seed"] == 0], "edge-case"), values(alone, "edge-case"))


@pytest.mark.parametrize("orientation", ["upright", "published"])
def test_edge_cases_stay_upright_while_the_data_set_is_turned(inputs, orientation):
    """The data set's own test images as edge cases: the same densities unless it is turned."""
    write_poison(inputs / "seed0.npz", images(TEST, seed=1))
    switches = {"orientation": orientation, "transforms": "published"}
    made = run(inputs, seeds=(0,), switches=switches, test_samples=TEST)
    own, edge = (np.sort(values(made, group)) for group in ("in-distribution", "edge-case"))
    assert np.allclose(own, edge, rtol=1e-4) == (orientation == "upright")


def test_more_images_than_there_are_means_all_of_them(inputs):
    made = run(inputs, seeds=(0,), train_samples=999, test_samples=999)
    assert [len(values(made, group)) for group in ("in-distribution", "out-of-distribution")] == [
        TEST,
        OTHER,
    ]


def test_images_of_the_wrong_shape_are_refused_by_name(inputs):
    write_poison(inputs / "seed1.npz", images(3, (32, 32, 3)))
    with pytest.raises(DataError, match=r"seed1\.npz: test_x has images \(32, 32, 3\), not"):
        run(inputs)
    assert not (inputs / "out.csv").exists()


def test_a_model_of_another_width_is_refused(inputs):
    with pytest.raises(DataError, match=r"start\.safetensors: not a starting model"):
        run(inputs, model={"name": "lenet", "width": 0.2})


def test_a_poisoned_set_for_each_seed(inputs, capsys):
    arguments = "--task t --dataset d --comparison c --poison p --start s --parameters {} --out o"
    with pytest.raises(SystemExit):
        densities.main([*arguments.split(), "--seeds", "0", "1"])
    assert "--poison takes one file per seed" in capsys.readouterr().err


def test_tables_are_gathered_and_drawn(tmp_path):
    for task in ("a", "b"):
        table(task=task).to_csv(tmp_path / f"{task}.csv", index=False)
    paths = [str(tmp_path / f"{task}.csv") for task in ("a", "b")]
    density_table.main(["--tables", *paths, "--out", str(tmp_path / "fig2.csv")])
    rows = (tmp_path / "fig2.csv").read_text().splitlines()
    assert len(rows) == 1 + 2 * len(table())
    pdf, png = tmp_path / "fig2.pdf", tmp_path / "fig2.png"
    density_figure.main(
        ["--table", str(tmp_path / "fig2.csv"), "--pdf", str(pdf), "--png", str(png)]
    )
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert png.read_bytes().startswith(b"\x89PNG")
