"""byzfl: any aggregator of the package of that name, as it is there."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Literal

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, whole
from edgecase.defenses.registry import register

#: aggregator → the arguments that byzfl 0.0.11 gives it.
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "Average": (),
    "CAF": ("f",),
    "CenteredClipping": ("L", "tau"),
    "GeometricMedian": ("nu", "T"),
    "Krum": ("f",),
    "MDA": ("f",),
    "Meamed": ("f",),
    "Median": (),
    "MoNNA": ("f", "idx"),
    "MultiKrum": ("f",),
    "SMEA": ("f",),
    "TrMean": ("f",),
}


@register("byzfl", label="byzfl", package="byzfl")
@dataclass(frozen=True)
class Byzfl(Rule):
    """What an aggregator of byzfl (LPD-EPFL, 0.0.11) makes of the updates [m, P].

    It gets a copy, since some of its functions overwrite what they are given. What it assumes is
    the aggregator's own affair; sample counts do not enter, and it says of nobody that it was
    refused. Its names mean what they mean there: its Multi-Krum averages m − f clients that are
    chosen by distances to the m − f nearest. `pip install byzfl`; this project does not need it.
    """

    aggregator: Literal[
        "Average",
        "CAF",
        "CenteredClipping",
        "GeometricMedian",
        "Krum",
        "MDA",
        "Meamed",
        "Median",
        "MoNNA",
        "MultiKrum",
        "SMEA",
        "TrMean",
    ] = parameter("class of byzfl")
    arguments: dict[str, Any] | None = parameter(
        "its arguments, by byzfl's names; null for its defaults", default=None
    )
    precision: Literal["float32", "float64"] = parameter(
        "numbers that it computes with", default="float32"
    )

    weighted_sum = False

    def __post_init__(self) -> None:
        """Raises `ConfigError` for an argument that the aggregator does not have."""
        allowed = _ARGUMENTS[self.aggregator]
        if unknown := sorted(set(self.arguments or {}) - set(allowed)):
            raise ConfigError(
                f"byzfl: arguments.{unknown[0]}: is unknown to {self.aggregator}; allowed: "
                f"{', '.join(allowed) or 'none'}"
            )

    def minimum_clients(self) -> int:
        """More than 2 f clients."""
        return 2 * int((self.arguments or {}).get("f", 0)) + 1

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        """Raises `ConfigError` without the package, or with what its aggregator says."""
        copied = inputs.updates.to(getattr(torch, self.precision), copy=True)
        try:
            rule = getattr(importlib.import_module("byzfl"), self.aggregator)
            # CAF draws from the global generator, which stays as it was.
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(_seed(inputs.generator))
                update = rule(**self.arguments or {})(copied)
        except ImportError as error:
            raise ConfigError(
                f"byzfl: the package is missing ({error}); `pip install byzfl`"
            ) from error
        except (RuntimeError, TypeError, ValueError) as error:
            raise ConfigError(f"byzfl: {self.aggregator}: {error}") from error
        if update is None:
            raise SimulationError(f"{self.aggregator} gave no vector of {len(copied)} updates")
        return whole(inputs, update)


def _seed(generator: torch.Generator | None) -> int:
    """A seed of the round's own."""
    if generator is None:
        return 0
    drawn = torch.randint(2**31, (), generator=generator, device=generator.device)
    return int(drawn)
