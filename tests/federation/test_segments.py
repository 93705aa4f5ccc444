"""A text to predict: its files, its stores, and accuracies that count places."""

import numpy as np
import pytest
import torch
from torch import nn

from edgecase.base.errors import DataError, SimulationError
from edgecase.datasets import LanguageDataset
from edgecase.datasets.segments import segments
from edgecase.datasets.text import from_words
from edgecase.federation.audit import false_trigger
from edgecase.federation.evaluate import TestSets, audit, evaluate
from edgecase.federation.flat import FlatModel
from edgecase.federation.segments import check_segments, columns
from edgecase.federation.stores import SegmentStore
from edgecase.models.heads import NextWord
from edgecase.models.layers.tied import WordScores

LENGTH = 3
DATASET = LanguageDataset(name="toy", build=dict, words=5, length=LENGTH)


def arrays(**changes):
    rows = np.array([[1, 2, 3, 4], [4, 5, 0, 0]], dtype=np.int32)
    made = {"words": from_words(list("abcde")), "owner_train": np.array([0, 1])}
    for split in ("train", "test"):
        made |= {f"x_{split}": rows, f"y_{split}": np.array([4, 5])}
    return made | changes


def rows(*listed):
    return np.array(listed, dtype=np.int32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": rows([1, 2, 3], [4, 5, 0])}, r"x_train: is int32 \[2, 3\], expected"),
        ({"x_test": rows([1, 2, 3, 6], [4, 5, 0, 0])}, "x_test numbers a word outside"),
        ({"x_test": rows([1, 2, 3, 4], [4, 0, 0, 0])}, "x_test has a segment without a word"),
        ({"x_train": rows([1, 2, 0, 4], [4, 5, 0, 0])}, "or padding inside"),
        ({"x_test": np.empty((0, 4), np.int32)}, "x_test is empty"),
        ({"y_test": np.array([4])}, "y_test: is"),
        ({"owner_train": np.array([1, 0])}, "owner_train does not number the authors"),
        ({"owner_train": np.array([0, 2])}, "owner_train does not number the authors"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(changes, message):
    check_segments(arrays(), DATASET, "a.npz")
    with pytest.raises(DataError, match=message):
        check_segments(arrays(**changes), DATASET, "a.npz")


@pytest.mark.parametrize("side_by_side", [1, 2, 5])
def test_columns_are_those_that_the_text_was_cut_into(side_by_side):
    text = np.random.default_rng(1).permutation(200).astype(np.int32) + 1
    assert columns(segments(text, side_by_side, length=8)) == side_by_side


def test_training_rows_ask_every_word_and_test_rows_the_last():
    store = SegmentStore.of(torch.from_numpy(rows([1, 2, 3, 4], [4, 5, 0, 0])))
    more, last = torch.from_numpy(rows([5, 5, 1, 2])), torch.tensor([2])
    trained = store.extended([more], [last])
    assert trained.labels.tolist() == [[2, 3, 4], [5, 0, 0], [5, 1, 2]]
    assert store.asking(more, last).labels[-1].tolist() == [0, 0, 2]
    assert trained.batch(
        torch.tensor([2, 0]), None, 1, torch.arange(2), torch.float32
    ).tolist() == [
        [5, 5, 1],
        [1, 2, 3],
    ]


class SaysItAgain(nn.Module):
    """Predicts at every place the word that stands there."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.eye(6))

    def forward(self, words):
        return WordScores(self.table[words], self.table, torch.zeros(6))


def model():
    return FlatModel(SaysItAgain(), head=NextWord())


CLEAN = SegmentStore.of(torch.from_numpy(rows([1, 1, 1, 2], [3, 3, 0, 0], [4, 5, 4, 0])))
#: the attacker's last word follows itself in the first of the backdoor rows alone
BACKDOOR = torch.from_numpy(rows([1, 2, 5, 5], [1, 2, 3, 5], [2, 2, 2, 5]))
OTHERS = torch.from_numpy(rows([1, 4, 5, 5], [1, 4, 3, 5]))


def test_sets():
    asked = CLEAN.asking(BACKDOOR, BACKDOOR[:, -1].long())
    return TestSets(
        asked.inputs(None, torch.float32), asked.labels, 3, audits=false_trigger(CLEAN, OTHERS)
    )


test_sets.__test__ = False


@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_accuracies_count_places(batch_size):
    """Clean: 2 of 3, 1 of 1 and 0 of 2 places; backdoor: 1 of 3 last ones; an audit, 1 of 2."""
    ours = model()
    found = evaluate(
        ours, ours.parameters.clone(), test_sets(), num_classes=0, batch_size=batch_size
    )
    assert (found.main, found.backdoor) == (pytest.approx(50), pytest.approx(100 / 3))
    assert found.per_class == {}
    assert audit(ours, test_sets()) == {"false_trigger": 50}


def test_places_that_nobody_answers_are_noticed():
    class Blind(NextWord):
        def places(self, labels):
            return (labels > 1).sum(1)

    ours = FlatModel(SaysItAgain(), head=Blind())
    with pytest.raises(SimulationError, match="counted over 4 places of clean and 3 of backdoor"):
        evaluate(ours, ours.parameters.clone(), test_sets(), num_classes=0, batch_size=2)
