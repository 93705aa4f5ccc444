"""Import a heavy module when it is first used: the Snakefile reads the registries without them."""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["lazy", "pandas", "torch"]


class _LazyModule(ModuleType):
    """Stands for a module until one of its attributes is asked for."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), name)
        # Found here from now on, as fast as in the module itself.
        setattr(self, name, value)
        return value


def lazy(name: str) -> Any:
    """The module called `name`, imported when one of its attributes is first used.

    A file that uses it starts with `from __future__ import annotations`, so that its signatures
    name tensors without importing torch.
    """
    return _LazyModule(name)


if TYPE_CHECKING:
    import pandas
    import torch
else:
    pandas = lazy("pandas")
    torch = lazy("torch")
