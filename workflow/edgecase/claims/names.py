"""Check that the names in a claim can exist at all; a run may well lack what they name."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase

from edgecase import attacks, defenses
from edgecase.analysis.measures import MEASURES
from edgecase.base.errors import ConfigError, shown
from edgecase.base.names import unknown_name
from edgecase.claims.model import PLACEHOLDER, is_pattern
from edgecase.figures import FIGURES
from edgecase.population import participation
from edgecase.population.poison import CASES

#: what is wrong with a name, in words; None if it can exist.
Check = Callable[[str], str | None]


def problems(entry: Mapping) -> Iterator[str]:
    """The names in an entry, sound in form, that nothing can have: place, name, what is allowed.

    Tasks and overrides are a configuration's to name, so they pass if they could be such a name.
    """
    yield from _problems(entry, _OF_AN_ENTRY, "")
    yield from _problems(entry.get("only", {}), _OF_ONLY, "only.")
    for number, part in enumerate(entry.get("parts", [])):
        yield from _problems(part, _OF_A_PART, f"parts.{number}.")
        for key in ("of", "against"):
            yield from _problems(part.get(key, {}), _OF_A_SELECTOR, f"parts.{number}.{key}.")


def _problems(group: Mapping, checks: Mapping[str, Check], place: str) -> Iterator[str]:
    for key, check in checks.items():
        names = group.get(key, [])
        for name in [names] if isinstance(names, str) else names:
            if problem := check(name):
                yield f"{place}{key}: {problem}"


def _one_of(known: Collection[str]) -> Check:
    return lambda name: unknown_name(name, known)


def _one_like(known: Collection[str]) -> Check:
    """A name, or a pattern that fits one."""
    return lambda name: (
        None if any(fnmatchcase(one, name) for one in known) else unknown_name(name, known)
    )


def _unlike(name: str, allowed: str) -> str:
    return f"{shown(name)} is unknown; allowed: {allowed}"


def _participations(name: str) -> str | None:
    """Of a pattern only the text before its first sign is checked, as the start of a name."""
    start = re.split("[*?[]", name)[0]
    if start != name and any(form.startswith(start) for form in ("fixed-freq-", "fixed-pool-")):
        return None
    return _participation(start, name)


def _participation(name: str, whole: str = "") -> str | None:
    try:
        participation.parse(name)
    except ConfigError:
        allowed = "fixed-freq-<period>, fixed-pool-<attackers>, with a number of at least 1"
        return _unlike(whole or name, allowed)
    return None


def _task(name: str, more: str = "") -> str | None:
    if re.fullmatch("[a-z0-9]+([.-][a-z0-9]+)*", name):
        return None
    return _unlike(name, f"lower-case letters and digits, joined by single hyphens or dots{more}")


def _override(name: str) -> str | None:
    if name == PLACEHOLDER or (is_pattern(name) and re.fullmatch("[][a-z0-9.*?!-]+", name)):
        return None
    return _task(name, f", or {PLACEHOLDER}")


#: figures 1 and 2 draw no cells, so they are not among the others.
_FIGURES = ("fig1", "fig2", *(name for name in FIGURES if re.fullmatch("fig[0-9]+", name)))

_OF_AN_ENTRY = {"figure": _one_of(_FIGURES)}
_OF_ONLY = {"task": _task, "participation": _participation}
_OF_A_PART = {"quantity": _one_of(MEASURES), "than": _one_of(MEASURES)}
_OF_A_SELECTOR = {
    "participation": _participations,
    "case": _one_like(CASES),
    "attack": _one_like(attacks.names()),
    "defense": _one_like(defenses.names()),
    "override": _override,
    "quantity": _one_of(MEASURES),
}
