"""Check the section `verdict`: the defense that is judged, and the radii it is judged over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from edgecase import defenses
from edgecase.base.names import unknown_name
from edgecase.config.problems import Problem, blocks, participation_problem, sound
from edgecase.config.resolve import resolve_cell
from edgecase.results.cells import DEFAULT, verdict_blocks

#: radii of PGD in a verdict: one untuned radius flatters any defense.
MINIMUM_RADII = 5


def verdict_problems(config: Mapping) -> Iterator[tuple[str, str]]:
    """The keys of a verdict that are missing or name what does not exist, and the problem."""
    asked = config.get("verdict") or {}
    if "defense" not in asked:
        return
    for key in ("task", "participation", "radii"):
        if key not in asked:
            yield key, f"is missing; verdict.defense: {asked['defense']} needs it"
    named: list[tuple[str, str, Iterable[str]]] = [
        ("defense", asked["defense"], defenses.known_names())
    ]
    named += [("task", asked["task"], config["tasks"])] if "task" in asked else []
    radii = [DEFAULT, *config.get("overrides", {})]
    named += [("radii", name, radii) for name in asked.get("radii", [])]
    for key, name, allowed in named:
        if problem := unknown_name(name, allowed):
            yield key, problem
    shown = dict.fromkeys(task for _, block in blocks(config) for task in block.get("tasks", []))
    if shown and asked.get("task") in config["tasks"].keys() - shown.keys():
        allowed = ", ".join(shown)
        yield "task", f"'{asked['task']}' is in no figure of this run; allowed: {allowed}"
    if "participation" in asked and (problem := participation_problem(asked["participation"])):
        yield "participation", problem


def radius_problems(config: Mapping) -> Iterator[Problem]:
    """Radii of a verdict that are too few, the same, or not all that their override changes."""
    asked = config.get("verdict") or {}
    names: dict[float, list[str]] = {}
    for cell in sound(config, verdict_blocks(config)):
        if (cell.attack, cell.defense) != ("pgd", asked["defense"]):
            continue
        resolved = resolve_cell(config, cell)
        unchanged = resolve_cell(config, replace(cell, override=DEFAULT))
        keys = resolved.keys() | unchanged.keys()
        changed = {key for key in keys if resolved.get(key) != unchanged.get(key)} - {"eps"}
        if changed:
            yield (
                None,
                f"verdict.radii: '{cell.override}' changes {', '.join(sorted(changed))}; "
                "allowed: overrides that change eps alone",
            )
        names.setdefault(resolved["eps"], []).append(cell.override)
    for radius, same in names.items():
        if len(same) > 1:
            yield None, f"verdict.radii: {', '.join(same)} are one radius, {radius}; allowed: once"
    counted = sum(map(len, names.values()))
    if names and counted == len(asked["radii"]) and len(names) < MINIMUM_RADII:
        given = ", ".join(asked["radii"])
        allowed = f"at least {MINIMUM_RADII} different ones"
        yield None, f"verdict.radii: {given} give {len(names)} of use; allowed: {allowed}"
