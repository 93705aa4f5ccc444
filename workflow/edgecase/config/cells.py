"""Refuse cells that cannot run: too many, or what the task's parameters rule out."""

import math
from collections.abc import Iterator, Mapping

from edgecase import attacks, defenses, models
from edgecase.base.names import did_you_mean
from edgecase.config.problems import Problem, blocks, cells, resolved_name
from edgecase.config.resolve import mark_datasets, resolve_cell
from edgecase.datasets import DATASETS, EDGE_SETS, AnyDataset, Dataset
from edgecase.population import participation, poison
from edgecase.results.cells import DEFAULT, Cell, verdict_blocks

#: cells of a configuration: the paper's has some hundreds.
MOST_CELLS = 100_000


def size_problems(config: Mapping) -> Iterator[Problem]:
    """Products of the axes that no machine runs, and that would fill its memory first."""
    axes = ("tasks", "participations", "cases", "attacks", "defenses", "overrides")
    count = sum(
        math.prod(len(block.get(axis, [None])) for axis in axes) for _, block in blocks(config)
    )
    if count > MOST_CELLS:
        yield (), f"figures and grid: they declare {count} cells; allowed: at most {MOST_CELLS}"


def cell_problems(config: Mapping) -> Iterator[Problem]:
    """What stands against each cell, once for all cells of a task that it stands against."""
    declared = [*config["figures"].values(), config.get("grid"), verdict_blocks(config)]
    if not any(declared):
        yield None, "figures and grid: they declare no cell; at least one is needed"
    told = set()
    # An override need not repeat what is wrong without it.
    for cell in sorted(cells(config), key=lambda cell: cell.override != DEFAULT):
        for problem in _problems(cell, resolve_cell(config, cell)):
            if (cell.task, problem) not in told:
                told.add((cell.task, problem))
                yield None, f"{resolved_name(cell.task, cell.override)}: {problem}"


def _problems(cell: Cell, resolved: Mapping) -> Iterator[str]:
    seated = resolved["seated_client"] is not None
    mode = participation.parse(cell.participation)
    if (
        isinstance(mode, participation.FixedPool)
        and mode.attackers > resolved["num_clients"] - seated
    ):
        yield (
            f"{cell.participation}: a pool of {mode.attackers} attackers is larger than "
            f"num_clients, {resolved['num_clients']}{' less the seated client' if seated else ''}"
        )
    first = resolved.get("first_attack_round", 1)
    if cell.attack != attacks.NO_ATTACK and first > resolved["rounds"]:
        yield (
            f"first_attack_round: {first} is after the last round, so no attacker ever acts; "
            f"allowed: up to rounds, {resolved['rounds']}"
        )
    keys = attacks.task_keys(cell.attack)
    for name, about in attacks.declared(cell.attack).items():
        if about.required and name not in resolved:
            yield f"{cell.attack} needs '{keys[name]}', which is missing"
    yield from _poison_problems(cell, resolved["poison"])
    if seated and resolved["clients_per_round"] < 2:
        yield "seated_client: needs clients_per_round of at least 2"
    cases = EDGE_SETS[resolved["edge_set"]].cases
    if cell.case not in cases:
        yield (
            f"edge set {resolved['edge_set']} has no case '{cell.case}'; "
            f"allowed: {', '.join(cases)}"
        )
    found = defenses.composed_problems(resolved["defense"], resolved["clients_per_round"])
    yield from found
    if not found:
        yield from _mark_problems(cell.defense, resolved)
    yield from _model_problems(cell.defense, resolved)


def _model_problems(defense: str, resolved: Mapping) -> Iterator[str]:
    """What of the model and the classes a defense cannot do with."""
    rule, name = defenses.rule_class(defense), resolved["model"]["name"]
    normalised = [model for model, about in models.MODELS.items() if about.statistics]
    if rule.needs_statistics and name not in normalised:
        yield (
            f"{defense}: needs a model with batch normalisation, and '{name}' has none; "
            f"allowed: {', '.join(normalised)}"
        )
    classes = DATASETS[resolved["dataset"]].num_classes
    if classes < rule.fewest_classes:
        yield (
            f"{defense}: needs a task of {rule.fewest_classes} classes or more; "
            f"{resolved['dataset']} has {classes}"
        )


def _mark_problems(defense: str, resolved: Mapping) -> Iterator[str]:
    """What stands against the data set that a defense marks the model with."""
    own = DATASETS[resolved["dataset"]]
    for name in mark_datasets(resolved["defense"]):
        if not _in_memory(own):
            yield f"{defense}: needs a task of images that are held in memory; {own.name} is none"
            continue
        allowed = [
            other
            for other, about in DATASETS.items()
            if _in_memory(about) and other != own.name and not set(about.sources) & set(own.sources)
        ]
        if name not in allowed:
            yield (
                f"{defense}.ood_dataset: '{name}' holds no images of another data set than "
                f"{own.name}{did_you_mean(name, allowed)}; allowed: {', '.join(allowed)}"
            )


def _in_memory(dataset: AnyDataset) -> bool:
    return isinstance(dataset, Dataset) and not dataset.in_files


def _poison_problems(cell: Cell, chosen: Mapping) -> Iterator[str]:
    """What of the poisoned set's parameters only the attacker-only case allows."""
    alone = poison.CASES[0]
    fraction = chosen.get("fraction", 0)
    if fraction >= 1 and cell.case != alone:
        yield (
            f"poison.fraction: {fraction} gives the attacker every edge case, and {cell.case} "
            f"leaves some to honest clients; allowed: below 1, or {alone}"
        )
    unusual, split = chosen.get("unusual_photos"), chosen.get("p_study")
    if unusual and (split != "matched" or cell.case != alone):
        yield (
            f"poison.unusual_photos: {unusual} in {cell.case} with switch p_study {split}; "
            f"allowed: {alone} with matched, where nobody else holds these photos"
        )
