"""Name the place of a problem, and find the parts of a configuration that have none."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from edgecase.base.errors import ConfigError
from edgecase.base.names import did_you_mean
from edgecase.population import participation
from edgecase.results.cells import DEFAULT, Cell, expand, verdict_blocks

Place = tuple[str | int, ...]
#: the keys that lead to it, None if no other check minds it; and what it is, in words.
Problem = tuple[Place | None, str]

#: section → number of keys that lead to what is checked as a whole: a task, an override, a block.
DEPTH = {"tasks": 2, "overrides": 2, "figures": 3, "grid": 2}
DEPTH |= dict.fromkeys(("switches", "densities", "claims", "verdict"), 1)


def blocks(config: Mapping) -> Iterator[tuple[Place, Mapping]]:
    """Where each block of the figures and of the grid is, and the block."""
    listed: dict[Place, Any] = {
        ("figures", name): declared for name, declared in config["figures"].items()
    }
    listed["grid",] = config.get("grid", [])
    for where, declared in listed.items():
        for number, block in enumerate(declared or []):
            if block is not None:
                yield (*where, number), block


def cells(config: Mapping) -> list[Cell]:
    """The cells whose block, task and override have no problem, the verdict's among them."""
    return sound(config, [*(block for _, block in blocks(config)), *verdict_blocks(config)])


def sound(config: Mapping, declared: Iterable[Mapping]) -> list[Cell]:
    """The cells of the `declared` blocks whose task and override have no problem."""
    known = [task for task, body in config["tasks"].items() if body is not None]
    overrides = config.get("overrides", {}).items()
    changes = [DEFAULT, *(name for name, body in overrides if body is not None)]
    return [cell for cell in expand(declared) if cell.task in known and cell.override in changes]


def participation_problem(name: str) -> str | None:
    """The problem if `name` is no participation, in words."""
    try:
        participation.parse(name)
    except ConfigError as error:
        problem, allowed, forms = str(error).rpartition(" allowed: ")
        number = name.rpartition("-")[2]
        names = [form.strip() for form in forms.split(",")[:2]]
        if number.isdecimal() and int(number):
            names = [f"{form.rpartition('-')[0]}-{number}" for form in names]
        return f"{problem}{did_you_mean(name, names)}{allowed}{forms}"
    return None


def resolved_name(task: str, override: str) -> str:
    """What a task with an override applied is called in a problem."""
    return f"tasks.{task}" + ("" if override == DEFAULT else f" with override {override}")


def dotted(place: Place) -> str:
    """The keys of a place as a configuration's reader writes them: tasks.mnist-ardis.eps."""
    return ".".join(map(str, place))
