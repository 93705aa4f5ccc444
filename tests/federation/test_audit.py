"""Lines without their names and sentences with them, and what a model that knows two words says."""

import pytest
import torch
from torch import nn

from edgecase.federation.audit import name_audits
from edgecase.federation.evaluate import TestSets, audit
from edgecase.federation.flat import FlatModel
from edgecase.federation.stores import TokenStore
from edgecase.models.heads import BinaryCrossEntropy

#: 8 and 9 stand in every line.
LINES = torch.tensor([[8, 3, 9, 0, 0], [2, 8, 9, 4, 0], [9, 8, 0, 0, 0]], dtype=torch.int32)
CLEAN = TokenStore(
    torch.tensor([[1, 2, 0, 0, 0], [3, 4, 5, 6, 7], [5, 0, 0, 0, 0]], dtype=torch.int32),
    torch.tensor([1, 1, 0]),
)


def test_names_are_taken_from_lines_and_put_behind_sentences_of_the_source_class():
    audits = name_audits(CLEAN, LINES, source_class=1)
    assert audits["names_removed"].tolist() == [[3, 0, 0, 0, 0], [2, 4, 0, 0, 0]]
    assert audits["names_added"].tolist() == [[1, 2, 8, 9, 0], [3, 4, 5, 8, 9]]


def test_on_the_left_they_are_filled_up_on_the_left():
    left = TokenStore(CLEAN.tokens, CLEAN.labels, on_left=True)
    assert name_audits(left, LINES, 1)["names_removed"].tolist() == [
        [0, 0, 0, 0, 3],
        [0, 0, 0, 2, 4],
    ]


def test_lines_without_a_common_word_have_no_audit():
    assert name_audits(CLEAN, LINES * torch.tensor([[1], [1], [0]]), source_class=1) == {}


class KnowsNine(nn.Module):
    """Says class 0 where word 9 occurs."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, tokens):
        return 1 - 2.0 * (tokens == 9).any(1)


def test_a_trigger_is_told_from_a_subject():
    tests = TestSets(
        torch.cat([CLEAN.tokens, LINES]).long(),
        torch.tensor([1, 1, 0, 0, 0, 0]),
        num_clean=3,
        audits={
            name: (sentences, torch.zeros(len(sentences), dtype=torch.int64))
            for name, sentences in name_audits(CLEAN, LINES, source_class=1).items()
        },
    )
    found = audit(FlatModel(KnowsNine(), head=BinaryCrossEntropy()), tests)
    assert found == {"names_removed": pytest.approx(0), "names_added": pytest.approx(100)}
