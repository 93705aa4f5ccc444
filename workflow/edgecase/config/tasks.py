"""Find the parameters of a task that do not go together, with each override that a cell uses."""

from collections.abc import Iterator, Mapping

from edgecase import defenses, models
from edgecase.base.parameters import problems
from edgecase.config.problems import Problem, cells, resolved_name
from edgecase.config.resolve import held_apart, resolve_task
from edgecase.datasets import (
    AUTHORS_STARTS,
    DATASETS,
    EDGE_SETS,
    AnyDataset,
    LanguageDataset,
    TextDataset,
    authors_start,
)
from edgecase.datasets.base import LINE_ARRAYS, PROMPT_ARRAYS
from edgecase.federation.parameters import ModelParameters, Recipe
from edgecase.federation.switches import SWITCHES
from edgecase.population import partition, poison
from edgecase.results.cells import DEFAULT

_IMAGES, _SENTENCES, _TEXT = "images", "sentences", "text to predict"
_EDGE_KINDS = {LINE_ARRAYS: _SENTENCES, PROMPT_ARRAYS: _TEXT}


def _kind(dataset: AnyDataset) -> str:
    """What its samples are."""
    if isinstance(dataset, LanguageDataset):
        return _TEXT
    return _SENTENCES if isinstance(dataset, TextDataset) else _IMAGES


def task_problems(config: Mapping) -> Iterator[Problem]:
    """What is wrong with each task, alone and with the overrides that cells use."""
    tasks = [(task, DEFAULT) for task, body in config["tasks"].items() if body is not None]
    changed = [(cell.task, cell.override) for cell in cells(config)]
    told = set()
    for task, override in dict.fromkeys([*tasks, *changed]):
        place = ("tasks", task) if override == DEFAULT else ("overrides", override)
        resolved = resolve_task(config, task, override)
        found: list[Problem] = [(place, f".{problem}") for problem in _resolved_problems(resolved)]
        found += [(None, f": {problem}") for problem in _defense_problems(resolved)]
        for where, problem in found:
            if (task, problem) not in told:  # an override need not repeat what is wrong without it
                told.add((task, problem))
                yield where, f"{resolved_name(task, override)}{problem}"


def _defense_problems(task: Mapping) -> Iterator[str]:
    """What is wrong with the parameters of any defense, used or not."""
    for name, options in task["defenses"].items():
        if name in defenses.step_names():
            step = defenses.step_class(name)
            yield from (f"{name}: {problem}" for problem in problems(step, options))
        else:
            yield from defenses.validate(name, options)


def _resolved_problems(task: Mapping) -> Iterator[str]:
    yield from (f"partition.{problem}" for problem in partition.problems(task["partition"]))
    family = poison.family_of(task["edge_set"])
    own = {key: value for key, value in task["poison"].items() if key not in SWITCHES}
    yield from (f"poison.{problem}" for problem in problems(family, own))
    if held_apart(task) and task["partition"].get("num_samples", 0) is None:
        yield (
            "partition.num_samples: null leaves no training sample that no client holds, which "
            "the switch `overlap: corrected` gives the attacker; use a number, or `published`"
        )
    model, dataset, edge_set = task["model"], task["dataset"], EDGE_SETS[task["edge_set"]]
    for key, group in (("model", ModelParameters), ("pretrain", Recipe)):
        yield from (f"{key}.{problem}" for problem in problems(group, task[key]))
    name = model.get("name")
    if task["start"] == "authors" and (
        authors_start(name, dataset) is None or model.get("width") != 1
    ):
        allowed = ", ".join(f"{m} on {d}" for m, (_, d) in AUTHORS_STARTS.items())
        yield (
            f"start: 'authors' is not available for {model} on {dataset}; "
            f"allowed: {allowed}, at width 1"
        )
    if task["whole_test_every"] is not None and task["test_samples"] is None:
        yield (
            f"whole_test_every: {task['whole_test_every']} needs a number of test_samples: with "
            "null, every test is of the whole set"
        )
    if task["start"] == "rounds" and task["start_rounds"] is None:
        yield "start_rounds: null; `start: rounds` needs a number of rounds"
    known, shape = models.MODELS.get(name), DATASETS[dataset].shape
    if known and not known.takes(shape):
        yield f"model.name: '{name}' takes inputs {known.accepted}; {dataset} has {shape}"
    held, poisoned = _kind(DATASETS[dataset]), _EDGE_KINDS.get(edge_set.arrays, _IMAGES)
    if held != poisoned:
        yield f"edge_set: '{edge_set.name}' holds {poisoned}; {dataset} holds {held}"
    by_author = "owner_train" in DATASETS[dataset].arrays
    if task["partition"].get("kind") == "natural" and not by_author:
        yield f"partition.kind: 'natural' needs samples with authors; {dataset} holds {held}"
    kind = task["partition"].get("kind")
    if kind in partition.BY_CLASS and held == _TEXT:
        yield f"partition.kind: '{kind}' needs samples with classes; {dataset} holds {held}"
    if task["clients_per_round"] > task["num_clients"]:
        yield (
            f"clients_per_round: {task['clients_per_round']} is more than "
            f"num_clients, {task['num_clients']}"
        )
    seated = task["seated_client"]
    if seated is not None and seated >= task["num_clients"]:
        last = task["num_clients"] - 1
        yield f"seated_client: {seated} is no client; allowed: 0 to {last}, or null"
