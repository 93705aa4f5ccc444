"""What an attacker does differently from an honest client.

An attack's name is a base and any of its options in order: `pgd`, `pgd-replacement`,
`blackbox-replacement-prox`. Each part is a function that changes the `LocalTraining` of the
attacker; a new attack is one file and one line in `BASES` or `OPTIONS`.
"""

from collections.abc import Callable, Mapping
from itertools import combinations

from edgecase.attacks.base import LocalTraining, RoundContext
from edgecase.attacks.blackbox import blackbox
from edgecase.attacks.hooks import Hook, Projection, Proximal
from edgecase.attacks.pgd import pgd
from edgecase.attacks.prox import prox
from edgecase.attacks.replacement import replacement, replacement_factor
from edgecase.base.errors import ConfigError

__all__ = [
    "BASES",
    "NO_ATTACK",
    "OPTIONS",
    "Hook",
    "LocalTraining",
    "Projection",
    "Proximal",
    "RoundContext",
    "attacker_training",
    "names",
    "replacement_factor",
    "split_name",
]

Step = Callable[[LocalTraining, Mapping, RoundContext], LocalTraining]

NO_ATTACK = "none"
BASES: dict[str, Step] = {"blackbox": blackbox, "pgd": pgd}
OPTIONS: dict[str, Step] = {"replacement": replacement, "prox": prox}


def names() -> list[str]:
    """Every attack, `none` first."""
    return [NO_ATTACK] + [
        "-".join((base, *chosen))
        for base in BASES
        for count in range(len(OPTIONS) + 1)
        for chosen in combinations(OPTIONS, count)
    ]


def split_name(name: str) -> tuple[str, tuple[str, ...]]:
    """("pgd", ("replacement",)) of "pgd-replacement"; `ConfigError` for any other name."""
    if name not in names() or name == NO_ATTACK:
        raise ConfigError(f"attack: '{name}' is unknown; allowed: {', '.join(names())}")
    base, *options = name.split("-")
    return base, tuple(options)


def attacker_training(
    name: str, honest: LocalTraining, parameters: Mapping, context: RoundContext
) -> LocalTraining:
    """How an attacker of the attack `name` trains in the round of `context`.

    `honest` is the honest clients' training in that round and `parameters` the cell's.
    """
    base, options = split_name(name)
    training = BASES[base](honest, parameters, context)
    for option in options:
        training = OPTIONS[option](training, parameters, context)
    return training
