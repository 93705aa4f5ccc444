"""Tell which overrides of a task need files of their own."""

from collections.abc import Mapping

from edgecase.config.resolve import held_apart, resolve_start, resolve_task
from edgecase.results.cells import DEFAULT

_PARTITION_KEYS = ("dataset", "edge_set", "num_clients", "partition")
_POISON_KEYS = ("dataset", "edge_set", "num_clients", "poison")


def partition_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the partition, else "default": equal data is one file."""
    return _variant(config, task, override, _PARTITION_KEYS)


def poison_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the poisoned sets, else "default"."""
    apart = held_apart(resolve_task(config, task, override))
    keys = (*_POISON_KEYS, "partition") if apart else _POISON_KEYS
    return _variant(config, task, override, keys)


def pretrain_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the starting model, else "default"."""

    def view(name: str) -> dict:
        return resolve_start(resolve_task(config, task, name))

    return DEFAULT if view(override) == view(DEFAULT) else override


def _variant(config: Mapping, task: str, override: str, keys: tuple[str, ...]) -> str:
    def view(name: str) -> list:
        resolved = resolve_task(config, task, name)
        return [resolved.get(key) for key in keys]

    return DEFAULT if view(override) == view(DEFAULT) else override
