"""Read the file of claims."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from edgecase.base.documents import read_yaml
from edgecase.base.errors import ConfigError
from edgecase.claims import words
from edgecase.claims.check import problems
from edgecase.claims.model import SEVERAL, WORDS, Claim, Only, Part, Selector
from edgecase.claims.region import Region


def load(path: str | Path) -> list[Claim]:
    """The claims of the YAML file `path`, one per entry and role, in order.

    A claim's id is that of its entry and its role: `fig5-pgd-passes-task1`. Raises one
    `ConfigError` that lists every problem, each with the entry and the key.
    """
    content = read_yaml(path)
    if found := problems(content):
        raise ConfigError([f"{path}: {problem}" for problem in found])
    claims = [_claim(entry, role) for entry in content["claims"] for role in entry["roles"]]
    twice = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    if twice:
        raise ConfigError([f"{path}: claim {name} is given twice" for name in twice])
    return claims


def _claim(entry: Mapping, role: str) -> Claim:
    return Claim(
        id=f"{entry['id']}-{role}",
        figure=entry["figure"],
        role=role,
        statement=entry["statement"],
        sure=entry["sure"],
        reported=entry.get("reported", ""),
        only=Only(**entry["only"]) if "only" in entry else None,
        parts=tuple(_part(part) for part in entry["parts"]),
    )


def _part(part: Mapping) -> Part:
    against, quantity, region = part.get("against"), part.get("quantity"), _region(part)
    if part["test"] in WORDS:
        quantity, region = words.LAST, words.REGIONS[part["test"]]
        # Without an attacker neither radius nor participation matters (docs/claims.md).
        against = against or {"attack": "none", "defense": part["of"]["defense"]}
    fewest = SEVERAL.get(part["test"], 1)
    return Part(
        name=part.get("name", ""),
        test=part["test"],
        quantity=quantity,
        of=_selector(part["of"], fewest) if "of" in part else None,
        against=_selector(against, fewest) if against else None,
        than=part.get("than"),
        group=part.get("group"),
        direction=part.get("direction"),
        region=region,
    )


def _selector(selector: Mapping, fewest: int) -> Selector:
    named = {"case": "edge-case", "override": "default"} | dict(selector)
    options = {key: named.pop(key, None) for key in ("pick", "fewest", "quantity")}
    axes = {axis: (v,) if isinstance(v, str) else tuple(v) for axis, v in named.items()}
    return Selector(
        axes=axes,
        pick=options["pick"],
        fewest=max(fewest, int(options["fewest"] or 1)),
        quantity=options["quantity"],
    )


def _region(part: Mapping) -> Region | None:
    if "within" in part:
        return Region(-part["within"], part["within"])
    ends = {}
    for key, end, is_open in (
        ("above", "low", True),
        ("at_least", "low", False),
        ("below", "high", True),
        ("at_most", "high", False),
    ):
        if key in part:
            ends |= {end: float(part[key]), f"{end}_open": is_open}
    return Region(**ends) if ends else None
