import math

import pandas as pd
import pytest
from tests.claims.made_up import cell, last, measured, table

from edgecase.base.errors import ConfigError, DataError
from edgecase.claims.measured import read_measures

A, B = cell(), cell(attack="none")


def write(path, content):
    table(content).to_csv(path, index=False)
    return path


def test_what_is_written_is_read(tmp_path):
    path = write(tmp_path / "measures.csv", {A: last(1.5, 2.5), B: last(0.0, math.nan)})
    pd.testing.assert_frame_equal(
        read_measures(path), table({A: last(1.5, 2.5), B: last(0.0, math.nan)}), check_dtype=False
    )


def test_values_are_paired_by_seed_whatever_the_order():
    run = measured({A: {"x": {2: 20.0, 0: 0.0}}, B: {"x": {0: 1.0, 2: 21.0}}})
    sample = run.sample([(A, "x"), (B, "x")])
    assert sample.values.tolist() == [[0, 1], [20, 21]]
    assert sample.notes == ()


def test_seeds_that_not_every_cell_has_are_left_out_and_named():
    run = measured({A: {"x": {0: 1.0, 1: 2.0, 3: 4.0}}, B: {"x": {1: 5.0, 2: 6.0}}})
    sample = run.sample([(A, "x"), (B, "x")])
    assert sample.values.tolist() == [[2, 5]]
    assert sample.notes == ("seeds 0, 2, 3 not in every cell, left out",)


def test_seeds_in_which_no_attacker_acted_are_left_out_and_named():
    run = measured({A: {"x": [1.0, 2.0, 3.0]}, B: {"x": [0.5, 0.25, 0.125]}}, unattacked=(1,))
    sample = run.sample([(A, "x"), (B, "x")])
    assert sample.values.tolist() == [[1, 0.5], [3, 0.125]]
    assert sample.notes == (f"no attacker acted in seed 1 of {A.folder}, left out",)
    # Without an attack there is none to wait for.
    assert len(run.sample([(B, "x")]).values) == 3
    assert (run.unattacked(A), run.unattacked(B)) == ([1], [])
    assert not run.is_unattacked(A)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_seeds_without_a_number_are_left_out_and_named(value):
    sample = measured({A: {"x": [1.0, value, 3.0]}}).sample([(A, "x")])
    assert sample.values.tolist() == [[1], [3]]
    assert sample.notes == ("seed 1 without a value, left out",)


def test_unknown_quantity_names_those_there_are():
    with pytest.raises(ConfigError, match="quantity 'y' is unknown; allowed: x"):
        measured({A: {"x": [1.0]}}).sample([(A, "y")])


def test_standin_by_task():
    run = measured({A: {"x": [1.0]}}, standin=True)
    assert run.standin("planes")
    assert not run.standin("digits")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "its columns are a, b"),
        ("", "not a readable table"),
        (
            "standin,task,participation,case,attack,defense,override,seed,rounds,attacks,x\n"
            + "False,planes,f,c,a,d,o,0,5,2,1\n" * 2,
            "seed 0 of planes/f/c/a/d/o is twice",
        ),
        (
            "standin,task,participation,case,attack,defense,override,seed,rounds,attacks,x\n"
            "False,planes,f,c,a,d,o,0,5,2,many\n",
            "column x holds what is no number",
        ),
    ],
)
def test_a_broken_table_is_refused_by_name(tmp_path, text, problem):
    path = tmp_path / "measures.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=f"measures.csv: .*{problem}"):
        read_measures(path)


@pytest.mark.parametrize("end", [-1, -4, -30])
def test_a_table_cut_anywhere_in_its_last_line_is_refused(tmp_path, end):
    path = write(tmp_path / "measures.csv", {A: last(1.5, 2.5), B: last(0.25, 3.75)})
    path.write_text(path.read_text()[:end])
    with pytest.raises(DataError, match=r"measures\.csv: .*(cut off|not a readable table)"):
        read_measures(path)


def test_a_table_without_a_row_is_refused(tmp_path):
    path = write(tmp_path / "measures.csv", {A: last(1.5)})
    path.write_text(path.read_text().split("\n")[0] + "\n")
    with pytest.raises(DataError, match="holds no row"):
        read_measures(path)
