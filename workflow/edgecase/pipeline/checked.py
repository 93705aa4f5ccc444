"""Read and check what a run is told, and report every problem of it at once."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from edgecase import claims
from edgecase import config as configuration
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.claims.model import Claim


def checked(
    files: Sequence[Path], changes: Mapping, targets: Sequence[str]
) -> tuple[dict, list[Claim]]:
    """The configuration of the `files` with the `changes` of the command line, and the claims.

    `targets` are what Snakemake is asked for, among its other arguments. Raises one `ConfigError`
    with every problem.
    """
    problems: list[str] = []
    config: dict = {}
    statements: list[Claim] = []
    try:
        config = configuration.combine(files, changes)
        configuration.check(config)
        if "verdict" in targets:
            configuration.defense_to_judge(config)
        if "shard" in config:
            configuration.check_share(config, targets)
    except ConfigError as error:
        problems += error.problems
    try:
        statements = claims.load("config/claims.yaml")
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return config, statements


def unknown_rules(changes: Mapping[str, Iterable[str]], rules: Sequence[str]) -> str | None:
    """What to tell of options that change a rule that there is not; None if all are known.

    `changes` are the options' names and the rules that they change. Snakemake passes over an
    unknown one, and a job that was to get more memory or time fails for want of it.
    """
    wrong = [
        f"{option}: {problem}"
        for option, names in changes.items()
        for problem in filter(None, (unknown_name(name, rules) for name in names))
    ]
    return refusal(wrong) if wrong else None


def refusal(problems: Sequence[str]) -> str:
    """What to tell of a configuration with `problems`."""
    listed = "\n".join(f"  - {problem}" for problem in problems)
    return f"The configuration cannot run:\n{listed}"
