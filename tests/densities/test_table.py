"""The table of log-densities and the share of a group in the tail."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.densities.made_up import group, table

from edgecase import densities
from edgecase.base.errors import ConfigError, DataError


def test_share_below_the_quantile_by_hand():
    """In-distribution 0 … 100: the 5 % quantile is 5; of −1, 4.9, 5, 7 two lie below it."""
    made = pd.concat(
        [
            group("in-distribution", range(101)),
            group("edge-case", [-1, 4.9, 5, 7]),
            group("out-of-distribution", [-1e9, -1e9, 3]),
        ]
    )
    result = densities.below_share(made)
    assert list(result.columns) == ["task", "standin", "seed", "group", "share"]
    assert result.set_index("group")["share"].to_dict() == {
        "in-distribution": pytest.approx(5 / 101),
        "edge-case": 0.5,
        "out-of-distribution": 1.0,
    }
    halves = densities.below_share(made, quantile=0.5).set_index("group")["share"]
    assert halves["edge-case"] == 1.0


def test_every_task_and_seed_has_its_own_quantile():
    made = pd.concat(
        [
            group("in-distribution", np.arange(101) + shift, task=task, seed=seed)
            for task, seed, shift in (("a", 0, 0), ("a", 1, 50), ("b", 0, -50))
        ]
        + [group("edge-case", [20], task=t, seed=s) for t, s in (("a", 0), ("a", 1), ("b", 0))]
    ).sample(frac=1, random_state=0)
    found = densities.thresholds(made)
    assert found.loc[("a", False, 1)] == 55
    result = densities.below_share(made).query("group == 'edge-case'")
    assert result[["task", "seed", "share"]].to_numpy().tolist() == [
        ["a", 0, 0.0],
        ["a", 1, 1.0],
        ["b", 0, 0.0],
    ]


def test_a_seed_without_in_distribution_images_is_refused():
    made = pd.concat([table(), group("edge-case", [1.0], task="a", seed=9)])
    with pytest.raises(DataError, match="a, seed 9: the table has no in-distribution image"):
        densities.below_share(made)


@pytest.mark.parametrize("quantile", [0, 1, -0.1, 5])
def test_a_quantile_is_a_share(quantile):
    with pytest.raises(ConfigError, match=f"quantile: {quantile} must lie between 0 and 1"):
        densities.below_share(table(), quantile)


def written(made, path) -> Path:
    made.to_csv(path, index=False)
    return path


def test_tables_are_gathered_and_come_back_as_they_were(tmp_path):
    parts = [table(task=name) for name in ("b", "a")]
    paths = [written(part, tmp_path / f"{n}.csv") for n, part in enumerate(parts)]
    expected = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(densities.gather(paths), expected, check_dtype=False)


def test_a_task_given_twice_is_refused(tmp_path):
    paths = [written(table(), tmp_path / f"{n}.csv") for n in range(2)]
    with pytest.raises(DataError, match=r"1\.csv: task a is already given"):
        densities.gather(paths)
    with pytest.raises(DataError, match="expected at least one"):
        densities.gather([])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="set"), r"t\.csv: its columns are task, standin, seed"),
        (lambda t: t.iloc[:0], r"t\.csv: holds no row"),
        (lambda t: t.assign(log_density=np.nan), r"t\.csv: holds no row or an empty value"),
        (lambda t: t.assign(group="edge"), r"t\.csv: group 'edge'; allowed: in-distribution"),
        (lambda t: t.assign(log_density="low"), r"t\.csv: not a readable table"),
    ],
)
def test_what_is_no_such_table_is_refused_by_name(tmp_path, change, message):
    path = written(change(table()), tmp_path / "t.csv")
    with pytest.raises(DataError, match=message):
        densities.read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: not a readable table"):
        densities.read(tmp_path / "none.csv")


def test_reading_the_table_loads_neither_torch_nor_scikit_learn():
    code = (
        "import sys, edgecase.densities, edgecase.densities.settings; "
        "print([m for m in ('torch', 'sklearn') if m in sys.modules])"
    )
    library = Path(densities.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=library, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
