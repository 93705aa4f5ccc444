"""CSVs as tables to look at."""

import pandas as pd
import pytest

from edgecase.base.tables import read_table
from edgecase.report import tabular


def texts(view):
    return [[value.text for value in row] for row in view.rows]


def test_values_stand_as_the_file_has_them(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n0010,NA\n1e-3,\n")
    view = tabular.view(read_table(path, "CSV"))
    assert [column.name for column in view.columns] == ["a", "b"]
    assert texts(view) == [["0010", "NA"], ["1e-3", ""]]
    assert [column.numeric for column in view.columns] == [True, False]


def test_an_interval_is_one_column_that_sorts_by_its_mean():
    table = pd.DataFrame(
        {
            "task": ["a", "b", "c"],
            "norm_mean_mean": ["1.23456", "10", ""],
            "norm_mean_low": ["-1", "", ""],
            "norm_mean_high": ["3.5", "", ""],
        }
    )
    view = tabular.view(table, {"norm_mean": "mean norm"})
    assert [(c.name, c.meaning, c.numeric) for c in view.columns] == [
        ("task", "", False),
        ("norm_mean", "mean norm", True),
    ]
    assert [row[1] for row in view.rows] == [
        tabular.Value("1.235 [-1, 3.5]", "1.23456"),
        tabular.Value("10", "10"),
        tabular.Value("–", ""),
    ]


def test_a_difference_keeps_its_name():
    table = pd.DataFrame({"x_base": ["1"], "x_difference": ["2"], "x_low": ["-1"], "x_high": ["5"]})
    view = tabular.view(table)
    assert [column.name for column in view.columns] == ["x_base", "x_difference"]
    assert texts(view) == [["1", "2 [-1, 5]"]]


def test_a_mean_without_its_ends_is_an_ordinary_column():
    view = tabular.view(pd.DataFrame({"honest_norm_mean": ["1"], "x_low": ["2"]}))
    assert [column.name for column in view.columns] == ["honest_norm_mean", "x_low"]


def test_what_all_rows_share_is_said_once():
    table = pd.DataFrame({"task": ["a", "a"], "case": ["b", "c"], "other": ["d", "d"]})
    view = tabular.view(table, share=("task", "case", "absent"))
    assert view.shared == {"task": "a"}
    assert [column.name for column in view.columns] == ["case", "other"]


def test_a_single_row_keeps_its_columns():
    view = tabular.view(pd.DataFrame({"task": ["a"]}), share=("task",))
    assert view.shared == {}
    assert texts(view) == [["a"]]


@pytest.mark.parametrize("text", ["nan", "inf", "1_000 ", "two"])
def test_what_is_no_finite_number_makes_a_column_sort_as_text(text):
    view = tabular.view(pd.DataFrame({"a": ["1", text]}))
    assert view.columns[0].numeric == (text == "1_000 ")
