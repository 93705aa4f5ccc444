"""Run a rule by name on updates that are made up."""

import sklearn.cluster  # noqa: F401  (its import moves the state of Python's generator)
import torch

from edgecase import defenses
from edgecase.defenses.last_layer import LastLayer
from edgecase.defenses.marking import Mark
from edgecase.defenses.statistics import Statistics

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
    "indicator": {"ood_dataset": "elsewhere"},
    "rlr": {"theta": 4},
    "deepsight": {"probes": 20},
    "crfl": {"rho_start": 100.0, "rho_growth": 1.0, "rho_cap": 1000.0, "sigma": 0.1},
}
#: those that are a weighted sum of whole updates.
SUMS = [name for name in defenses.names() if defenses.rule_class(name).weighted_sum]


def example(name):
    return defenses.rule(name, VALUES.get(name))


def drawn(m=9, size=40, dtype=torch.float32, seed=0):
    return torch.randn(m, size, generator=torch.Generator().manual_seed(seed)).to(dtype)


class Linear:
    """A model of four inputs and three outputs, whose weights come first in the flat vector."""

    input_shape = (4,)

    def outputs(self, parameters, inputs, buffers=None):
        return inputs.to(parameters) @ parameters[:12].view(3, 4).T


def given(updates):
    """What a rule may ask for besides the updates: noise, the server's own update, its model, the
    place of the last layer, of three classes, of the statistics of two channels, and a mark."""
    size = updates.shape[1]
    root, model = (
        torch.randn(size, generator=torch.Generator().manual_seed(seed)).to(updates.device)
        for seed in (2, 5)
    )
    return {
        "generator": torch.Generator().manual_seed(1),
        "root_update": root,
        "global_model": model,
        "last_layer": LastLayer(slice(size - 12, size - 3), slice(size - 3, size), classes=3),
        "network": Linear(),
        "statistics": (Statistics(slice(0, 2), slice(2, 4)),),
        "mark": Mark(drawn(60, 4, seed=7).to(updates.device), torch.arange(60) % 3),
    }


def run(name, updates, counts=None, **others):
    """The rule `name` of `VALUES` on `updates`, with sample counts 10, 11, …"""
    counts = range(10, 10 + len(updates)) if counts is None else counts
    others = given(updates) | buffers_for(name, updates) | others
    return defenses.run(example(name), updates, counts, **others)


def buffers_for(name, updates):
    """Running statistics of the clients, where the rule needs some."""
    needed = defenses.rule_class(name).needs_statistics
    return {"buffers": updates[:, :4].float().abs()} if needed else {}


#: what a rule may be given besides, of which a test gives some.
INPUTS = ("generator", "root_update", "memory", "global_model", "client_ids", "last_layer")
INPUTS += ("buffers", "statistics", "network", "mark")


def aggregate(name, updates, counts, **others):
    """The rule `name` on `updates`: of the `others`, `INPUTS` are the round's, the rest its own."""
    inputs = {key: others.pop(key) for key in INPUTS if key in others}
    inputs = {key: value for key, value in inputs.items() if value is not None}
    return defenses.run(defenses.rule(name, others), updates, counts, **inputs)
