import pytest

from edgecase.base.errors import shown


@pytest.mark.parametrize("value", [3, -0.5, "krum", None, [0, 1], 10**99])
def test_a_short_value_is_shown_in_full(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize("value", [10**400, "x" * 400, list(range(400))])
def test_of_a_long_value_the_beginning_is_shown(value):
    text = repr(value)
    assert shown(value) == f"{text[:40]}… ({len(text)} characters)"
