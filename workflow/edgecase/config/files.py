"""Configurations in YAML files."""

from pathlib import Path

from edgecase.base.documents import read_yaml
from edgecase.base.errors import ConfigError
from edgecase.config.check import check
from edgecase.config.resolve import merge

_CONFIG = Path(__file__).parents[3] / "config"


def load(*paths: str | Path | None) -> dict:
    """The paper's configuration with the changes in the YAML files `paths`, in order, checked.

    This is what Snakemake's `--configfile` gives: mappings are merged, everything else replaced.
    """
    config = _read(_CONFIG / "config.yaml")
    for path in paths:
        if path is not None:
            config = merge(config, _read(Path(path)))
    check(config)
    return config


def _read(path: Path) -> dict:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds no mapping of keys to values")
    return content
