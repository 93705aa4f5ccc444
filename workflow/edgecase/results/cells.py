"""The table of cells: figures declare products of axes, and each distinct cell runs once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

#: the override that changes nothing.
DEFAULT = "default"


@dataclass(frozen=True, order=True)
class Cell:
    """One job: every seed of one combination of the six axes."""

    task: str
    participation: str
    case: str
    attack: str
    defense: str
    override: str = DEFAULT

    @property
    def folder(self) -> str:
        """The cell's folder below `results/<run>/cells/`."""
        axes = (self.task, self.participation, self.case, self.attack, self.defense, self.override)
        return "/".join(axes)


def expand(blocks: Iterable[Mapping]) -> list[Cell]:
    """The cells of the blocks (products of the axes), in order, each once."""
    cells = {}
    for block in blocks:
        axes = (
            block["tasks"],
            block["participations"],
            block["cases"],
            block["attacks"],
            block["defenses"],
            block.get("overrides", [DEFAULT]),
        )
        cells |= {Cell(*values): None for values in product(*axes)}
    return list(cells)


def verdict_blocks(config: Mapping) -> list[dict]:
    """What the verdict on a defense needs, as blocks; none where no defense is asked for.

    The attacks on the defense and, to compare with, on a server without one: each attack that has
    no radius of its own, and PGD once per radius.
    """
    asked = config.get("verdict") or {}
    if "defense" not in asked:
        return []
    shared = {
        "tasks": [asked["task"]],
        "participations": [asked["participation"]],
        "cases": ["edge-case"],
        "defenses": ["no-defense", asked["defense"]],
    }
    return [
        shared | {"attacks": ["none", "blackbox", "pgd-replacement"]},
        shared | {"attacks": ["pgd"], "overrides": asked["radii"]},
    ]


def all_cells(config: Mapping) -> list[Cell]:
    """Every cell of every figure, of the additional grid and of the verdict, each once."""
    blocks = [block for figure in config["figures"].values() for block in figure]
    return expand([*blocks, *config.get("grid", []), *verdict_blocks(config)])
