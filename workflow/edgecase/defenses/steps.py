"""The contracts of steps before and after a rule, and the steps there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import torch
from edgecase.base.names import unknown_name
from edgecase.defenses.contract import RoundInputs
from edgecase.defenses.fine_tuning import FineTuning


@dataclass(frozen=True)
class Mixing:
    """A step before a rule: rows that are averages of the updates take the place of these."""

    #: whether row i stands for client i.
    keeps_clients: ClassVar[bool] = True

    def fewest(self, rows: int) -> int:
        """The fewest clients of which at least so many rows come."""
        raise NotImplementedError

    def matrix(self, inputs: RoundInputs) -> torch.Tensor:
        """What each row is made of: [rows, m], float64, at least 0; each row sums to 1."""
        raise NotImplementedError


@dataclass(frozen=True)
class ServerStep:
    """A step after a rule: what is added to w_t in place of its aggregate."""

    def step(
        self, update: torch.Tensor, memory: Mapping[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The step [P] for the rule's aggregate [P], and what it gets back in the next round."""
        raise NotImplementedError


_AnyStep = Mixing | ServerStep | FineTuning
_StepType = TypeVar("_StepType", bound=type[_AnyStep])
_STEPS: dict[str, type[_AnyStep]] = {}


def register_step(name: str) -> Callable[[_StepType], _StepType]:
    """A decorator that makes a step known by its name."""

    def known(step: _StepType) -> _StepType:
        _STEPS[name] = step
        return step

    return known


def step_names() -> tuple[str, ...]:
    """The registered names."""
    return tuple(sorted(_STEPS))


def step_class(name: str) -> type[_AnyStep]:
    """The step called `name`, without its parameters; `ConfigError` if there is none."""
    if problem := unknown_name(name, step_names()):
        raise ConfigError(f"step of a defense: {problem}")
    return _STEPS[name]
