"""Who holds which photographs of an edge set of one's own."""

import numpy as np
import pytest

from edgecase.base.errors import ConfigError
from edgecase.population.poison.photographs import Photographs


def numbered(count, first):
    """Images [n, 2, 2, 3] whose pixels are their number."""
    values = np.arange(first, first + count, dtype=np.uint8)
    return np.broadcast_to(values[:, None, None, None], (count, 2, 2, 3)).copy()


EDGE = {"train": numbered(8, 0), "honest": numbered(10, 20), "test": numbered(4, 40)}


def drawn(case, **parameters):
    family = Photographs(almost_share=0.1, normal_share=0.25, **parameters)
    return family.edge_samples(EDGE, 0, case, 20, np.random.default_rng(0))


def test_the_attacker_has_the_same_in_every_case():
    own = [drawn(c) for c in ("edge-case", "almost-edge-case", "normal-case")]
    assert all(np.array_equal(samples.attacker, EDGE["train"]) for samples in own)
    assert all(np.array_equal(samples.test, EDGE["test"]) for samples in own)
    some = drawn("edge-case", edge=3).attacker[:, 0, 0, 0]
    assert len(set(some.tolist())) == 3
    assert set(some.tolist()) < set(range(8))


def test_honest_clients_have_none_a_fraction_or_all():
    assert len(drawn("edge-case").honest) == 0
    almost = drawn("almost-edge-case")
    assert almost.honest[:, 0, 0, 0].tolist() == [20, 21]  # a fifth of 10, a tenth of 20 clients
    assert almost.honest_client.tolist() == [0, 1]
    normal = drawn("normal-case")
    assert normal.honest[:, 0, 0, 0].tolist() == list(range(20, 30))
    assert normal.honest_client.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_more_than_there_are_is_refused():
    with pytest.raises(ConfigError, match=r"poison\.edge: 9 is more than the 8 images"):
        drawn("edge-case", edge=9)
    few = EDGE | {"honest": EDGE["honest"][:1]}
    with pytest.raises(ConfigError, match="only 1 images of `honest` exist"):
        Photographs().edge_samples(few, 0, "normal-case", 40, np.random.default_rng(0))
