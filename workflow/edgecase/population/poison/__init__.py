"""The attacker's training set, the backdoor test set and the honest holders of edge-case data.

A family of edge sets is one module with its `PARAMETERS` (a JSON schema, whose defaults are the
paper's values) and a function `edge_samples`; an edge set is one line in `FAMILIES`.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import schema_problems, with_defaults
from edgecase.population.poison import greencars, liveries, sevens
from edgecase.population.poison.common import (
    CASES,
    PoisonedData,
    draw_clean,
    load_poison,
    save_poison,
)

__all__ = ["CASES", "FAMILIES", "PoisonedData", "build", "load_poison", "problems", "save_poison"]

#: edge set → the module that knows its rules.
FAMILIES = {
    "southwest": liveries,
    "standin-livery": liveries,
    "ardis": sevens,
    "standin-sevens": sevens,
    "greencar": greencars,
}


def problems(edge_set: str, parameters: Mapping) -> list[str]:
    """What is wrong with the parameters of a poisoned set, one line for each key."""
    if edge_set not in FAMILIES:
        return [f"edge_set: '{edge_set}' is unknown; allowed: {', '.join(FAMILIES)}"]
    return schema_problems(parameters, FAMILIES[edge_set].PARAMETERS)


def build(
    edge_set: str,
    edge: Mapping[str, np.ndarray],
    source_class: int,
    target_class: int,
    num_train: int,
    case: str,
    num_clients: int,
    parameters: Mapping,
    generator: np.random.Generator,
    exclude: Sequence[int] = (),
) -> PoisonedData:
    """Everything one run knows of its edge set, drawn once.

    `edge` maps the names of the edge set's arrays to uint8 images, which belong to `source_class`
    and get `target_class` from the attacker. The clean rows are drawn from all `num_train` training
    samples but `exclude`; honest clients hold them too. They are drawn first, so they are the same
    in every case of a seed. Who honestly holds what depends on neither attack nor seed.
    Raises `ConfigError`, naming the key, for an unknown edge set, case or parameter, and for more
    samples or holders than exist.
    """
    if found := problems(edge_set, parameters):
        raise ConfigError([f"poison.{problem}" for problem in found])
    if case not in CASES:
        raise ConfigError(f"case: '{case}' is unknown; allowed: {', '.join(CASES)}")
    if num_clients < 1:
        raise ConfigError(f"num_clients: {num_clients} must be at least 1")
    family = FAMILIES[edge_set]
    chosen = with_defaults(parameters, family.PARAMETERS)
    clean = draw_clean(num_train, chosen["clean"], np.asarray(exclude, dtype=np.int64), generator)
    samples = family.edge_samples(edge, source_class, case, num_clients, chosen, generator)
    return PoisonedData(
        attacker_clean_index=clean,
        attacker_edge_x=samples.attacker,
        attacker_edge_y=np.full(len(samples.attacker), target_class, dtype=np.int64),
        honest_edge_x=samples.honest,
        honest_edge_y=np.full(len(samples.honest), source_class, dtype=np.int64),
        honest_edge_client=samples.honest_client,
        test_x=samples.test,
        test_y=np.full(len(samples.test), target_class, dtype=np.int64),
    )
