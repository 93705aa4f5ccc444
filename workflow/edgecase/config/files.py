"""Read configurations from YAML files, with what a command line changes of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from edgecase.base.documents import read_yaml
from edgecase.base.errors import ConfigError
from edgecase.config.check import check
from edgecase.config.command_line import converted
from edgecase.config.folders import named
from edgecase.config.resolve import merge

_PAPER = Path(__file__).parents[3] / "config" / "config.yaml"


def load(*paths: str | Path | None) -> dict:
    """The paper's configuration with the changes in the YAML files `paths`, in order, checked."""
    config = combine(path for path in paths if path is not None)
    check(config)
    return config


def combine(paths: Iterable[str | Path], command_line: Mapping | None = None) -> dict:
    """The paper's configuration with the changes in `paths` and then of `--config`, not checked.

    Mappings are merged, everything else is replaced. Only the cells are nobody's but their
    author's: with `figures` or a `grid` of its own, a configuration has none of the paper's, and
    figure 2 only for tasks that it names itself. Folders get a name (`edgecase.config.folders`).
    """
    changes: dict = {}
    for change in (*map(_read, paths), converted(command_line or {})):
        changes = merge(changes, change)
    paper = _read(_PAPER)
    if "figures" in changes or "grid" in changes:
        paper |= {"figures": {}, "grid": [], "densities": paper["densities"] | {"tasks": []}}
    return named(merge(paper, changes))


def _read(path: str | Path) -> dict:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds no mapping of keys to values")
    return content
