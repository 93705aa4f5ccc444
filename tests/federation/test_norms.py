"""The further norms of a model with a table of words, by hand."""

import pytest
import torch

from edgecase import models
from edgecase.federation.flat import FlatModel
from edgecase.federation.norms import table_columns
from edgecase.results.rounds import TABLE_COLUMNS


def test_norms_with_and_without_the_table():
    model = FlatModel(models.build("lstm", width=0.02, words=30, padding="masked"))
    parameters = torch.zeros_like(model.parameters)
    for name, view in zip(model.names, model.views(parameters), strict=True):
        view.fill_(100.0 if name == "embedding.weight" else 0.5)
    dense = len(parameters) - 31 * 4
    found = table_columns(model, parameters, [1.5, 0.25, float("nan")], [3.0, 5.0, float("inf")])
    assert set(found) == set(TABLE_COLUMNS)
    assert found["wg_norm_dense"] == pytest.approx(0.5 * dense**0.5)
    assert found["client_norms"] == "1.5 0.25 nan"
    assert found["adv_norm_diff_bs"] == 4.0
    start = table_columns(model, parameters)
    assert (start["client_norms"], start["adv_norm_diff_bs"]) == ("", 0.0)


def test_a_model_without_a_table_has_none():
    model = FlatModel(torch.nn.Linear(2, 1))
    assert table_columns(model, model.parameters, [1.0], [1.0]) == {}
