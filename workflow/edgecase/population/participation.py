"""Choose who takes part in a round, and which of them attack."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from edgecase.base.errors import ConfigError
from edgecase.base.randomness import numpy_generator

#: id of the extra attacker who joins the attack rounds of fixed-freq.
EXTRA_ATTACKER = -1

_FORM = re.compile(r"fixed-(freq|pool)-([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Participants:
    """The clients of one round: `ids`, attackers first in fixed-freq, and which of them attack."""

    ids: tuple[int, ...]
    attackers: frozenset[int]

    def __iter__(self) -> Iterator[tuple[int, bool]]:
        """(client, whether it attacks), in order."""
        return ((client, client in self.attackers) for client in self.ids)


@dataclass(frozen=True)
class FixedFrequency:
    """One extra attacker joins m − 1 honest clients every `period` rounds; else m honest ones."""

    period: int

    def participants(
        self,
        round: int,
        num_clients: int,
        per_round: int,
        seed: int,
        first_attack_round: int,
        seated: int | None = None,
    ) -> Participants:
        """The participants of `round` (from 1) under attack; `seated` takes part in every round."""
        sampled = sample_clients(round, num_clients, per_round, seed, seated)
        since = round - first_attack_round
        if since < 0 or since % self.period:
            return Participants(sampled, frozenset())
        return Participants((EXTRA_ATTACKER, *sampled[:-1]), frozenset({EXTRA_ATTACKER}))


@dataclass(frozen=True)
class FixedPool:
    """`attackers` of the K clients attack in every round (from the first) they are sampled in."""

    attackers: int

    def participants(
        self,
        round: int,
        num_clients: int,
        per_round: int,
        seed: int,
        first_attack_round: int,
        seated: int | None = None,
    ) -> Participants:
        """The participants of `round` (from 1) under attack; `seated` takes part in every round."""
        sampled = sample_clients(round, num_clients, per_round, seed, seated)
        if round < first_attack_round:
            return Participants(sampled, frozenset())
        return Participants(sampled, self.pool(num_clients, seed, seated) & frozenset(sampled))

    def pool(self, num_clients: int, seed: int, seated: int | None = None) -> frozenset[int]:
        """The ids of the attackers, drawn once per seed; the `seated` client is honest."""
        generator = numpy_generator(seed, "pool")
        if seated is None:
            drawn = generator.choice(num_clients, self.attackers, replace=False)
            return frozenset(drawn.tolist())
        drawn = generator.choice(num_clients - 1, self.attackers, replace=False)
        return frozenset((drawn + (drawn >= seated)).tolist())


def parse(name: str) -> FixedFrequency | FixedPool:
    """The participation called `name`; `ConfigError` if it is not one."""
    match = _FORM.fullmatch(name)
    if match is None:
        raise ConfigError(
            f"participation: '{name}' is unknown; allowed: fixed-freq-<period>, "
            "fixed-pool-<attackers>, with a number of at least 1"
        )
    mode, number = match[1], int(match[2])
    return FixedFrequency(number) if mode == "freq" else FixedPool(number)


def sample_clients(
    round: int, num_clients: int, per_round: int, seed: int, seated: int | None = None
) -> tuple[int, ...]:
    """`per_round` of `num_clients` ids, uniformly without replacement.

    The draw depends on the seed and the round alone: every attack and defense meets the same
    honest clients. A client that is `seated` comes first in every round, and the others share the
    rest of the seats.
    """
    generator = numpy_generator(seed, "clients", round)
    chosen = generator.choice(num_clients, per_round, replace=False).tolist()
    if seated is None:
        return tuple(chosen)
    return (seated, *[client for client in chosen if client != seated][: per_round - 1])
