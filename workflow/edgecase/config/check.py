"""Find every problem of a configuration before any work starts, and report all at once."""

from collections.abc import Iterable, Mapping

from edgecase.base.documents import plain_problem
from edgecase.base.errors import ConfigError
from edgecase.config.cells import cell_problems, size_problems
from edgecase.config.folders import FOLDERS
from edgecase.config.names import misnamed_tasks, name_problems
from edgecase.config.problems import DEPTH, Place
from edgecase.config.schema import schema_problems
from edgecase.config.tasks import task_problems
from edgecase.config.verdict import radius_problems


def check(config: Mapping) -> None:
    """Raise one `ConfigError` that lists every problem of `config`; return if there is none.

    A task, an override or a block with a problem is left out of the checks that rely on it.
    """
    if problem := plain_problem(config):
        raise ConfigError(f"the configuration: {problem}")
    config = {key: value for key, value in config.items() if key != FOLDERS}
    problems: list[str] = []
    if isinstance(tasks := config.get("tasks"), Mapping):
        misnamed = misnamed_tasks(tasks)
        problems += misnamed.values()
        config = {**config, "tasks": {k: v for k, v in tasks.items() if k not in misnamed}}
    stages = (
        *(schema_problems, name_problems, size_problems),
        *(task_problems, cell_problems, radius_problems),
    )
    for stage in stages:
        found = list(stage(config))
        problems += [text for _, text in found]
        places = [place for place, _ in found if place is not None]
        if any(len(place) < 2 for place in places):
            break
        config = _without(config, places)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def _without(config: Mapping, places: Iterable[Place]) -> dict:
    """`config` with None for every task, override and block that holds one of the places."""
    entries = {place[: DEPTH[str(place[0])]] for place in places}

    def kept(value: object, place: Place) -> object:
        if place in entries:
            return None
        if isinstance(value, Mapping):
            return {key: kept(inner, (*place, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [kept(inner, (*place, number)) for number, inner in enumerate(value)]
        return value

    return {key: kept(value, (key,)) for key, value in config.items()}
