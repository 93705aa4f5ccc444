"""The toys in the docstrings of the contracts run, and print what they say."""

import doctest
import importlib

import pytest

MODULES = (
    *("attacks.contract", "attacks.hooks", "defenses.contract"),
    *("federation.flat", "federation.stores", "models.heads"),
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(f"edgecase.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
