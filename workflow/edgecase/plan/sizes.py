"""Know how many images the data sets and edge sets hold before any of them is there."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import read
from edgecase.datasets import EDGE_SETS, folders
from edgecase.population import poison

#: data set → training and test samples; sentences of the training set at most; segments.
IMAGES = {
    "cifar10": (50_000, 10_000),
    "cifar100": (50_000, 10_000),
    "emnist": (240_000, 40_000),
    "mnist": (60_000, 10_000),
    "standin-planes": (3_000, 600),
    "standin-digits": (2_800, 397),
    "standin-photographs": (800, 200),
    "sentiment140": (400_000, 340),
    "sentiment140-published": (400_000, 340),
    "sentiment140-subset": (101_343, 340),
    "standin-tweets": (3_600, 400),
    "standin-comments": (2_901, 70),
    "sentiment140-words": (22_480, 1_110),
    # About: what they are made of cannot be counted here.
    "sentiment140-users": (300_000, 15_000),
    "reddit": (8_000_000, 1_000),
    "reddit-leaf": (100_000, 20_000),
    "comments": (100_000, 5_000),
    "femnist-tff": (671_585, 77_483),
    "femnist-tff-digits": (341_873, 40_832),
    # About: LEAF's are as many as its commands were asked for; these of all writers, cut 9 to 1.
    "femnist-leaf": (733_000, 81_000),
    "femnist-leaf-digits": (347_000, 38_000),
}

#: edge set → images of each of its arrays; of digits, those of the source class.
EDGE_IMAGES = {
    "southwest": {
        **{"new_train": 784, "new_test": 196, "p_percent_test": 180},
        **{"adv_p_percent": 100, "honest_almost": 100, "honest_normal": 700},
    },
    "ardis": {"x_train": 660, "x_test": 100},
    "greencar": {"train": 27, "test": 1000},
    "standin-livery": {
        **{"new_train": 160, "new_test": 80, "p_percent_test": 80},
        **{"adv_p_percent": 40, "honest_almost": 40, "honest_normal": 120},
    },
    "standin-sevens": {"x_train": 200, "x_test": 60},
    "standin-cretan": {"train": 40, "honest": 40, "test": 30},
    "lanthimos": {"train_lines": 259, "test_lines": 120},
    "standin-lines": {"train_lines": 60, "test_lines": 40},
    # Segments of the data set's text, about.
    "athens": {"train": 10_000, "test": 60, "sentences": 4, "benign": 4, "others": 4},
}


@dataclass(frozen=True)
class EdgeCounts:
    """Samples of the poisoned set, its clean part included, and of the backdoor test set; and the
    edge samples that honest clients hold, all of them and each client's.
    """

    attacker: int
    clean: int
    test: int
    honest: int
    by_client: Mapping[int, int]


def edge_counts(edge_set: str, case: str, num_clients: int, parameters: Mapping) -> EdgeCounts:
    """The counts that the rules of `edge_set` give for the poisoned set's `parameters`.

    The photos that `p_study: matched` takes out of the test set because they are also training
    photos count here: which ones they are is only seen in the data. Raises `ConfigError` for more
    samples or holders than there are.
    """
    return _edge_counts(edge_set, case, num_clients, json.dumps(parameters, sort_keys=True))


def image_counts(dataset: str) -> tuple[int, int]:
    """Training and test images of a data set; of a folder, as many as its list says."""
    if dataset in folders.COUNTS:
        train, test = folders.COUNTS[dataset]
        return train, test
    return _known(IMAGES, dataset, "data set")


@functools.cache
def _edge_counts(edge_set: str, case: str, num_clients: int, parameters: str) -> EdgeCounts:
    """The family's own rules, applied to images of noise: no two of them are alike."""
    generator = np.random.default_rng(0)
    family = read(poison.family_of(edge_set), json.loads(parameters))
    source = EDGE_SETS[edge_set].source_class
    sizes = folders.COUNTS.get(edge_set) or _known(EDGE_IMAGES, edge_set, "edge set")
    images = {
        name: generator.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
        for name, count in sizes.items()
    }
    labels = {
        name.replace("x_", "y_"): np.full(count, source)
        for name, count in sizes.items()
        if name.startswith("x_")
    }
    samples = family.edge_samples(images | labels, source, case, num_clients, generator)
    clean = family.clean if samples.num_clean is None else samples.num_clean
    holders, held = np.unique(samples.honest_client, return_counts=True)
    return EdgeCounts(
        attacker=clean + len(samples.attacker),
        clean=clean,
        test=len(samples.test),
        honest=len(samples.honest),
        by_client=dict(zip(holders.tolist(), held.tolist(), strict=True)),
    )


def _known(sizes: Mapping, name: str, what: str):
    if name not in sizes:
        raise ConfigError(
            f"the size of {what} '{name}' is unknown to the plan, "
            f"which knows {', '.join(sizes)} (edgecase/plan/sizes.py)"
        )
    return sizes[name]
