"""Edge-case backdoors in federated learning: the library behind the pipeline."""

import importlib
from types import ModuleType

#: what a program of one's own uses; each is imported when it is first named.
_ROOMS = (
    *("analysis", "attacks", "claims", "config", "datasets", "defenses", "densities"),
    *("federation", "figures", "models", "population", "results"),
)


def __getattr__(name: str) -> ModuleType:
    if name not in _ROOMS:
        raise AttributeError(f"module 'edgecase' has no attribute '{name}'")
    return importlib.import_module(f"edgecase.{name}")


def __dir__() -> list[str]:
    return [*globals(), *_ROOMS]
