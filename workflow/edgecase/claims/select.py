"""Find the cells of a run that a selector names."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

from edgecase.claims.model import PLACEHOLDER, SIGMA, Claim, Part, Selector, is_pattern
from edgecase.results.cells import Cell

_AXES = ("participation", "case", "attack", "defense", "override")


@dataclass(frozen=True)
class Selection:
    """The cells a selector means, in its order, and what the run lacks of them, in words."""

    cells: tuple[Cell, ...]
    missing: tuple[str, ...] = ()


def cells_needed(
    claims: Iterable[Claim], roles: Mapping, cells: Iterable[Cell]
) -> dict[str, list[Cell]]:
    """Claim id → the cells it reads, each once, for the claims that a run with `cells` can judge.

    `roles` is the configuration's key `claims`. A claim that reads no cell or lacks one is
    left out.
    """
    cells = list(cells)
    needed = {}
    for claim in claims:
        if absent(claim, roles):
            continue
        selections = [
            select(selector, claim.role, roles, cells)
            for part in claim.parts
            for selector in selectors(part)
        ]
        found = dict.fromkeys(cell for selection in selections for cell in selection.cells)
        if found and not any(selection.missing for selection in selections):
            needed[claim.id] = list(found)
    return needed


def absent(claim: Claim, roles: Mapping) -> str:
    """Why a run with these roles cannot judge the claim at all; empty if it can."""
    if claim.role not in roles:
        return f"the run names no claims.{claim.role}"
    role = roles[claim.role]
    only = claim.only
    if only and (role["task"], role["participation"]) != (only.task, only.participation):
        return f"judged on {only} alone"
    return ""


def selectors(part: Part) -> list[Selector]:
    """The selectors of a part."""
    return [selector for selector in (part.of, part.against) if selector is not None]


def select(selector: Selector, role: str, roles: Mapping, cells: Sequence[Cell]) -> Selection:
    """The cells of a run that `selector` means for the role's task.

    They are in the order of the selector's patterns; those of one pattern that end in a number are
    in the order of that number. A cell that is named in full and absent is missing, and so is what
    `fewest` asks for beyond the cells there are.
    """
    task = roles[role]["task"]
    wanted = {"participation": (roles[role]["participation"],)} | dict(selector.axes)
    if PLACEHOLDER in wanted["override"]:
        if SIGMA not in roles:
            return Selection((), (f"the run names no claims.{SIGMA}",))
        wanted["override"] = (roles[SIGMA],)
    order = {}
    for cell in cells:
        if cell.task != task:
            continue
        places = [_place(getattr(cell, axis), wanted[axis]) for axis in _AXES]
        if all(places):
            order[cell] = places
    found = sorted(order, key=lambda cell: order[cell])
    exact = [[name for name in wanted[axis] if not is_pattern(name)] for axis in _AXES]
    named = [Cell(task, *names) for names in product(*exact)]
    missing = [cell.folder for cell in named if cell not in order]
    if not missing and len(found) < selector.fewest:
        patterns = "/".join([task, *(" | ".join(wanted[axis]) for axis in _AXES)])
        missing.append(f"{patterns}: {len(found)} cells, and {selector.fewest} are needed")
    if selector.pick in ("first", "last"):
        found = found[:1] if selector.pick == "first" else found[-1:]
    return Selection(tuple(found), tuple(missing))


def _place(name: str, patterns: Sequence[str]) -> tuple[int, float, str] | None:
    """Where a name stands among the patterns and within the one it matches; None without one."""
    for number, pattern in enumerate(patterns):
        if fnmatchcase(name, pattern):
            last = re.search(r"\d+(?:\.\d+)?$", name)
            return number, float(last[0]) if last else math.inf, name
    return None
