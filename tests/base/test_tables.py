"""A table is read whole and with its columns, or refused by name."""

import pytest

from edgecase.base.errors import DataError
from edgecase.base.tables import read_table

TEXT = "name,count\n0010,1\nNA,25\n"


@pytest.fixture
def path(tmp_path):
    written = tmp_path / "table.csv"
    written.write_text(TEXT)
    return written


def test_without_types_values_are_the_text_of_the_file(path):
    table = read_table(path, "table", ["name", "count"])
    assert table.to_numpy().tolist() == [["0010", "1"], ["NA", "25"]]


def test_typed_columns_and_more_columns(path):
    table = read_table(path, "table", ["name"], types={"name": "string"}, more=True)
    assert table["count"].tolist() == [1, 25]
    assert table["name"].tolist()[0] == "0010"


@pytest.mark.parametrize("columns", [["name"], ["count", "name"], ["name", "count", "more"]])
def test_other_columns_are_refused(path, columns):
    expected = rf"table\.csv: its columns are name, count; expected {', '.join(columns)}$"
    with pytest.raises(DataError, match=expected):
        read_table(path, "table", columns)


def test_a_table_cut_at_any_byte_but_the_end_of_a_line_is_refused(path):
    ends = [number + 1 for number, letter in enumerate(TEXT) if letter == "\n"]
    for length in set(range(len(TEXT))) - set(ends):
        path.write_text(TEXT[:length])
        with pytest.raises(DataError, match=r"table\.csv: "):
            read_table(path, "table", ["name", "count"])


def test_what_is_no_such_table_is_refused(path, tmp_path):
    with pytest.raises(DataError, match=r"table\.csv: not a readable list"):
        read_table(path, "list", types={"name": "int64"})
    path.write_text('a,b\n"1,2\n')
    with pytest.raises(DataError, match=r"table\.csv: not a readable list"):
        read_table(path, "list")
    with pytest.raises(DataError, match=r"absent\.csv: not a readable list"):
        read_table(tmp_path / "absent.csv", "list")
