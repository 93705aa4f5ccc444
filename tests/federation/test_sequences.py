"""Sentences as rows of tokens, and files of sentences that do not fit."""

import numpy as np
import pytest
import torch

from edgecase.base.errors import DataError
from edgecase.datasets import DATASETS
from edgecase.datasets.text import from_words, padded
from edgecase.federation.sequences import check_text
from edgecase.federation.stores import TokenStore


def test_further_rows_take_the_stores_side():
    left = TokenStore(torch.tensor([[0, 0, 5]], dtype=torch.int32), torch.tensor([1]), on_left=True)
    more = torch.tensor([[7, 8, 0], [9, 0, 0], [1, 2, 3]], dtype=torch.int32)
    found = left.extended([more], [torch.tensor([0, 0, 0])])
    assert found.tokens.tolist() == [[0, 0, 5], [0, 7, 8], [0, 0, 9], [1, 2, 3]]
    right = TokenStore(more, torch.tensor([0, 0, 0])).extended([more[:1]], [torch.tensor([1])])
    assert right.tokens[-1].tolist() == [7, 8, 0]


def test_both_sides_hold_the_same_words():
    tokens, offsets = np.array([5, 6, 7, 8], dtype=np.int32), np.array([0, 1, 4])
    right, left = (padded(tokens, offsets, 5, side) for side in ("masked", "left100"))
    assert [row[row > 0].tolist() for row in right] == [row[row > 0].tolist() for row in left]
    assert left[:, -1].all()
    assert right[:, 0].all()


def arrays(**changes):
    made = {"words": from_words(["a", "b", "c"])}
    for split in ("train", "test"):
        made[f"x_{split}"] = np.array([1, 3, 2], dtype=np.int32)
        made[f"offsets_{split}"] = np.array([0, 1, 3])
        made[f"y_{split}"] = np.array([0, 1])
    return made | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.array([1, 4, 2], dtype=np.int32)}, "x_train numbers a word outside"),
        ({"x_test": np.array([1, 0, 2], dtype=np.int32)}, "x_test numbers a word outside"),
        ({"offsets_train": np.array([0, 0, 3])}, "offsets_train do not divide"),
        ({"offsets_test": np.array([0, 1, 2])}, "offsets_test do not divide"),
        ({"y_train": np.array([0, 2])}, "y_train"),
        ({"y_test": np.array([], dtype=np.int64)}, "y_test is empty"),
        (
            {"x_train": np.ones(103, np.int32), "offsets_train": np.array([0, 101, 103])},
            "a sentence of 101 words; allowed: at most 100",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(changes, message):
    dataset = DATASETS["standin-tweets"]
    check_text(arrays(), dataset, "a.npz")
    with pytest.raises(DataError, match=message):
        check_text(arrays(**changes), dataset, "a.npz")
