from edgecase.analysis import summary
from edgecase.analysis.measures import MEASURES


def test_every_measure_is_computed_and_no_other():
    assert list(summary._COMPUTED) == list(MEASURES)
