"""Green cars: the attacker alone holds them."""

import numpy as np
import pytest

from edgecase.base.errors import ConfigError


def test_cars_and_clean_rows(cars, make):
    exclude = list(range(0, 1000, 2))
    data = make("greencar", cars, exclude=exclude)
    assert np.array_equal(data["attacker_edge_x"], cars["train"])
    assert data["attacker_edge_y"].tolist() == [2] * 27
    clean = data["attacker_clean_index"].tolist()
    assert len(clean) == 473 == len(set(clean))
    assert not set(clean) & set(exclude)
    assert np.array_equal(data["test_x"], cars["test"])
    assert data["test_y"].tolist() == [2] * 50
    assert len(data["honest_edge_x"]) == 0


def test_too_many_are_refused_and_the_excluded_do_not_count(cars, make):
    with pytest.raises(ConfigError, match=r"poison.edge: 28 .* 27 images of `train`"):
        make("greencar", cars, edge=28)
    with pytest.raises(ConfigError, match=r"poison.clean: 991 .* 990 training samples"):
        make("greencar", cars, exclude=range(10), clean=991)


@pytest.mark.parametrize("case", ["almost-edge-case", "normal-case"])
def test_other_cases_are_refused(cars, make, case):
    with pytest.raises(ConfigError, match=f"case: '{case}' does not exist .* allowed: edge-case"):
        make("greencar", cars, case)
