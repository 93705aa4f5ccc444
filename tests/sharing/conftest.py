"""The tests of sharing run in an empty folder, as a cell's data are looked for from there."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def elsewhere(tmp_path_factory):
    """Where the project's own `results/data`, such as the demo's, is not in reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        yield
