"""Check the targets that Snakemake was given against the configuration."""

from collections.abc import Iterable, Mapping

from edgecase import defenses
from edgecase.base.errors import ConfigError


def defense_to_judge(config: Mapping) -> str:
    """The defense that a verdict is asked on; `ConfigError` if there is none."""
    try:
        return config["verdict"]["defense"]
    except KeyError:
        raise ConfigError(
            "verdict.defense: is missing; give --config 'verdict={defense: <name>}' with one of "
            f"{', '.join(defenses.names())}"
        ) from None


def check_share(config: Mapping, targets: Iterable[str]) -> None:
    """Raise `ConfigError` if one of the `targets` needs more cells than those of the `shard`."""
    whole = {*config["figures"], "fig1", "fig2", "tab1", "figures", "tables", "claims"}
    whole |= {"measured", "verdict", "plan"}
    asked = [name for name in targets if name in whole or name.startswith("claim-")]
    if asked:
        raise ConfigError(
            f"shard: {config['shard']} runs one share of the cells; {', '.join(asked)} needs all "
            "of them: bring the shares together (make merge), then ask without shard"
        )
