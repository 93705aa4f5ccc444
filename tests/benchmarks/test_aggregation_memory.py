"""What is measured is the rule's aggregate, however the updates come."""

import pytest
import torch
from benchmarks.aggregation_memory import MEASURED, aggregate

from edgecase import defenses


@pytest.mark.parametrize("name", MEASURED)
def test_the_updates_are_the_same_one_at_a_time_and_all_at_once(name):
    rule, generator = defenses.rule(name, MEASURED[name]), torch.Generator().manual_seed(0)
    updates = torch.stack([torch.empty(40).normal_(generator=generator) for _ in range(10)])
    noise = torch.Generator().manual_seed(1)
    whole = defenses.run(rule, updates, range(1, 11), generator=noise)
    assert torch.equal(aggregate(rule, 10, 40).update, whole.update)
