"""The attacker's training set, the backdoor test set and the honest holders of edge-case data.

A family of edge sets is one module with a `Family`: its parameters, whose defaults are the paper's
values, and its rules; an edge set is one line in `FAMILIES`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from edgecase.datasets import EDGE_SETS
from edgecase.datasets.base import LINE_ARRAYS, PHOTOGRAPH_ARRAYS
from edgecase.population.poison.common import (
    CASES,
    Family,
    PoisonedData,
    check_words,
    draw_clean,
    load_poison,
    save_poison,
)
from edgecase.population.poison.greencars import GreenCars
from edgecase.population.poison.lines import Lines
from edgecase.population.poison.liveries import Liveries
from edgecase.population.poison.photographs import Photographs
from edgecase.population.poison.prompts import Prompts
from edgecase.population.poison.sevens import Sevens

__all__ = [
    "CASES",
    "FAMILIES",
    "Photographs",
    "PoisonedData",
    "build",
    "check_words",
    "families",
    "family_of",
    "load_poison",
    "save_poison",
]

#: edge set → the family that knows its rules.
FAMILIES: dict[str, type[Family]] = {
    "southwest": Liveries,
    "standin-livery": Liveries,
    "ardis": Sevens,
    "standin-sevens": Sevens,
    "greencar": GreenCars,
    "lanthimos": Lines,
    "standin-lines": Lines,
    "athens": Prompts,
    "standin-cretan": Photographs,
}
#: the families of folders (`edgecase.datasets.folders`), by their arrays.
_OF_FOLDERS: dict[tuple[str, ...], type[Family]] = {
    PHOTOGRAPH_ARRAYS: Photographs,
    LINE_ARRAYS: Lines,
}


def family_of(edge_set: str) -> type[Family]:
    """The family that knows the rules of an edge set, a folder's too."""
    return FAMILIES.get(edge_set) or _OF_FOLDERS[EDGE_SETS[edge_set].arrays]


def families() -> list[type[Family]]:
    """Every family once."""
    return list(dict.fromkeys([*FAMILIES.values(), *_OF_FOLDERS.values()]))


def build(
    family: Family,
    edge: Mapping[str, np.ndarray],
    source_class: int,
    target_class: int,
    num_train: int,
    case: str,
    num_clients: int,
    generator: np.random.Generator,
    exclude: Sequence[int] = (),
    held: np.ndarray | None = None,
) -> PoisonedData:
    """Everything one run knows of its edge set, drawn once.

    `edge` maps the names of the edge set's arrays to images or text; images and lines are of
    `source_class`, and get `target_class` from the attacker. `family` holds the parameters and the
    rules of its kind. The clean rows are drawn from all `num_train` training samples but `exclude`,
    and honest clients hold them too, unless the clients' rows `held` (int64) are given, none of
    which is drawn then. They are drawn first, so they are the same in every case of a seed. Who
    honestly holds what depends on no attack. Raises `ConfigError`, naming the key, for more samples
    or holders than exist.
    """
    excluded = np.asarray(exclude, dtype=np.int64)
    clean = draw_clean(num_train, family.clean, excluded, generator, held)
    samples = family.edge_samples(edge, source_class, case, num_clients, generator)

    def labels(own: np.ndarray, label: int) -> np.ndarray:
        if samples.other is not None:  # segments, whose label is their last word
            return own[:, -1].astype(np.int64)
        return np.full(len(own), label, dtype=np.int64)

    data = PoisonedData(
        attacker_clean_index=clean[: samples.num_clean],
        attacker_edge_x=samples.attacker,
        attacker_edge_y=labels(samples.attacker, target_class),
        honest_edge_x=samples.honest,
        honest_edge_y=labels(samples.honest, source_class),
        honest_edge_client=samples.honest_client,
        test_x=samples.test,
        test_y=labels(samples.test, target_class),
    )
    if samples.other is not None:
        data["other_x"] = samples.other
    return data
