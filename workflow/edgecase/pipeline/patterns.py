"""Say what each wildcard of the rules can be: no other target reaches a rule, or a shell."""

import re
from collections.abc import Iterable, Mapping

from edgecase import attacks, defenses
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.datasets.base import LINE_ARRAYS
from edgecase.results.cells import DEFAULT

#: matches no name
_NONE = "(?!)"


def one_of(names: Iterable[object]) -> str:
    """A pattern of these names alone.

    >>> one_of(["a.b", 3])
    'a\\\\.b|3'
    """
    return "|".join(re.escape(str(name)) for name in names)


def patterns(config: Mapping) -> dict[str, str]:
    """Wildcard → the regular expression of its values."""
    prepared = DATASETS | EDGE_SETS
    own = {name: entry for name, entry in prepared.items() if entry.own}
    lines = [name for name, entry in own.items() if entry.arrays == LINE_ARRAYS]
    files = [name for name, entry in own.items() if entry.in_files]
    sources = [source for entry in prepared.values() for source in entry.sources]
    overrides = one_of([DEFAULT, *config.get("overrides", {})])
    return {
        "source": one_of([*sources, *(source for source, _ in AUTHORS_STARTS.values())]),
        "name": one_of(name for name in prepared if name not in own),
        "photographs": one_of(own.keys() - {*lines, *files}) or _NONE,
        "files": one_of(files) or _NONE,
        "lines": one_of(lines) or _NONE,
        "figure": "[a-z0-9-]+",
        "task": one_of(config["tasks"]),
        "participation": "fixed-(freq|pool)-[1-9][0-9]{0,8}",
        "case": "(edge|almost-edge|normal)-case",
        "attack": one_of(attacks.names()),
        "defense": one_of(defenses.known_names()),
        "override": overrides,
        "variant": overrides,
        "seed": one_of(sorted(config["seeds"])),
    }
