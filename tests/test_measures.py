from edgecase import summary
from edgecase.measures import MEASURES


def test_every_measure_is_computed_and_no_other():
    assert list(summary._COMPUTED) == list(MEASURES)
