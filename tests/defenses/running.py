"""Run a rule by name on updates that are made up."""

import torch

from edgecase import defenses

#: name → parameters, where the rule requires some or the tests want others than its defaults.
VALUES = {
    "norm-clipping": {"norm_bound": 2.0},
    "weak-dp": {"norm_bound": 2.0, "stddev": 0.1},
    "krum": {"num_byzantine": 2},
    "multi-krum": {"num_byzantine": 2},
    "rfa": {"max_iterations": 20},
    "centered-clipping": {"norm_bound": 2.0, "steps": 2},
    "trimmed-mean": {"num_byzantine": 2},
    "bulyan": {"num_byzantine": 1},
    "norm-clipping-quantile": {"initial_bound": 2.0},
    "fltrust": {"root_samples": 100},
}
#: those that are a weighted sum of whole updates.
SUMS = [name for name in defenses.names() if defenses.rule_class(name).weighted_sum]


def example(name):
    return defenses.rule(name, VALUES.get(name))


def drawn(m=9, size=40, dtype=torch.float32, seed=0):
    return torch.randn(m, size, generator=torch.Generator().manual_seed(seed)).to(dtype)


def given(updates):
    """What a rule may ask for besides the updates: noise and the server's own update."""
    size = updates.shape[1]
    root = torch.randn(size, generator=torch.Generator().manual_seed(2)).to(updates.device)
    return {"generator": torch.Generator().manual_seed(1), "root_update": root}


def run(name, updates, counts=None, **others):
    """The rule `name` of `VALUES` on `updates`, with sample counts 10, 11, …"""
    counts = range(10, 10 + len(updates)) if counts is None else counts
    return defenses.run(example(name), updates, counts, **given(updates) | others)


def aggregate(name, updates, counts, *, generator=None, root_update=None, memory=None, **values):
    """The rule `name` with `values` on `updates`."""
    return defenses.run(
        defenses.rule(name, values),
        updates,
        counts,
        generator=generator,
        root_update=root_update,
        memory=memory or {},
    )
