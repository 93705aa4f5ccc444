"""From a configuration to the resolved parameters of a task and of a cell."""

import copy
from collections.abc import Mapping

from edgecase import attacks
from edgecase.base.parameters import with_defaults
from edgecase.population import participation, partition, poison
from edgecase.results.cells import DEFAULT, Cell

#: the defaults of the switches of the released code's departures from the paper (docs/fidelity.md).
SWITCHES = {
    "orientation": "published",
    "transforms": "published",
    "radius_decay": "published",
    "multi_krum_counts": "corrected",
    "p_study": "published",
    "pool_assumptions": "published",
    "edge_sample_weight": "published",
}

#: keys that a task may leave out, and what they are then.
OPTIONAL = {"evaluate_every": 1, "seated_client": None, "diverged_clients": "stop"}


def resolve_task(config: Mapping, task: str, override: str = DEFAULT) -> dict:
    """The task's parameters with switches and precision, `override` applied and defaults filled.

    The switch `p_study` becomes a parameter of the poisoned set, which it changes.
    """
    resolved = copy.deepcopy(dict(config["tasks"][task]))
    resolved["switches"] = SWITCHES | config["switches"] | resolved.get("switches", {})
    resolved["precision"] = config.get("precision", "fp32")
    resolved = OPTIONAL | resolved
    if override != DEFAULT:
        resolved = merge(resolved, config["overrides"][override])
    resolved["partition"] = _of_its_kind(resolved["partition"])
    family = poison.FAMILIES[resolved["edge_set"]].PARAMETERS
    resolved["poison"] = with_defaults(resolved["poison"], family) | {
        "p_study": resolved["switches"]["p_study"]
    }
    return resolved


def resolve_cell(config: Mapping, cell: Cell) -> dict:
    """Every parameter of a cell, plain values only: what the simulator reads and nothing else."""
    parameters = resolve_task(config, cell.task, cell.override)
    base, options = ("none", ()) if cell.attack == "none" else attacks.split_name(cell.attack)
    radius = parameters.pop("eps", None)
    replacement_radius = parameters.pop("eps_replacement", None)
    if base == "pgd":
        parameters["eps"] = replacement_radius if "replacement" in options else radius
    defense = parameters.pop("defenses").get(cell.defense, {})
    parameters["defense"] = {"name": cell.defense, **defense}
    if cell.defense in ("krum", "multi-krum"):
        parameters["defense"]["num_byzantine"] = _assumed_byzantine(parameters, cell, defense)
    return parameters | {
        "task": cell.task,
        "participation": cell.participation,
        "case": cell.case,
        "attack": cell.attack,
    }


def merge(base: dict, changes: Mapping) -> dict:
    """A copy of `base` in which mappings are merged and everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if nested else copy.deepcopy(value)
    return merged


def _of_its_kind(parameters: Mapping) -> dict:
    """The partition's parameters and defaults, less what a merge leaves behind of another kind."""
    kind = parameters.get("kind", "dirichlet")
    if not isinstance(kind, str) or kind not in partition.PARAMETERS:
        return dict(parameters)
    own = partition.PARAMETERS[kind]["properties"]
    others = {key for schema in partition.PARAMETERS.values() for key in schema["properties"]}
    kept = {key: value for key, value in parameters.items() if key in own or key not in others}
    return with_defaults(kept, partition.PARAMETERS[kind])


def _assumed_byzantine(parameters: Mapping, cell: Cell, defense: Mapping) -> int:
    """Krum's f: the configured one or, where corrected, a pool's expected attackers in a round."""
    mode = participation.parse(cell.participation)
    corrected = parameters["switches"]["pool_assumptions"] == "corrected"
    if corrected and isinstance(mode, participation.FixedPool):
        sampled = parameters["clients_per_round"] * mode.attackers
        return max(1, -(-sampled // parameters["num_clients"]))
    return defense.get("num_byzantine", 1)
