"""What holds for every test: one thread each, and no example is judged by how long it takes.

Runs of Snakemake take longest, so they come first: at the end all workers have short tests left.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

# Tests run side by side: the threads of one would spin while they wait for another's core. Set
# before torch is imported, and handed on to every process that a test starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("edgecase", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("edgecase")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.parent.name != "workflow")


@pytest.fixture
def forgets_folders():
    """What a test makes known of folders is unknown to the next one."""
    from edgecase.datasets import DATASETS, EDGE_SETS

    yield
    for registry in (DATASETS, EDGE_SETS):
        for name in [name for name, entry in registry.items() if entry.own]:
            del registry[name]
