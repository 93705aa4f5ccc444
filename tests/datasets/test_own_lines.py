"""A text file of edge cases: parts, equal lines, and what is refused."""

import pytest

from edgecase.base.errors import DataError
from edgecase.datasets.own_lines import line_arrays, read_lines, split_lines
from edgecase.datasets.text import lines_of


def test_a_third_is_for_the_test_and_equal_lines_stay_together():
    lines = [f"line {number % 9}" for number in range(18)]
    parts = split_lines(lines)
    assert len(parts["test_lines"]) == 6
    assert not set(parts["test_lines"]) & set(parts["train_lines"])
    assert sorted(parts["train_lines"] + parts["test_lines"]) == sorted(lines)


def test_lines_are_read_as_words(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\ufeffGood day!\n\n  Bad night\n", encoding="utf-8")
    arrays = line_arrays(path)
    found = [*lines_of(arrays["train_lines"]), *lines_of(arrays["test_lines"])]
    assert sorted(map(tuple, found)) == [("bad", "night"), ("good", "day", "!")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"one\n\none\n", "has 1 different lines; at least 2 are needed"),
        (b"\xff\xfe\x00", "cannot be read as UTF-8 text"),
        (b"good day\nthe and\n", "the line 'the and' has no word but stop words"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, content, told):
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"lines\.txt: {told}"):
        line_arrays(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.txt: cannot be read"):
        read_lines(tmp_path / "none.txt")
