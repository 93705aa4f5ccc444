"""The rule that is made of a rule and the steps before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import torch
from edgecase.base.parameters import problems, read
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule
from edgecase.defenses.distances import mix, row_norms
from edgecase.defenses.fine_tuning import FineTuning
from edgecase.defenses.marking import Marking
from edgecase.defenses.postconditions import check_promises
from edgecase.defenses.registry import rule, validate
from edgecase.defenses.steps import Mixing, ServerStep, step_class

_RULE, _STEP = "rule.", "step."
#: what a rule says of itself that holds with steps around it as well.
_SHARED = (
    "name",
    "label",
    "needs_statistics",
    "fewest_classes",
    "noisy_broadcast",
    "no_server_step",
)


@dataclass(frozen=True)
class Composed(Rule):
    """A rule between the steps before it and the step after it; it goes by the rule's name.

    Through mixing, rows are no clients. The rule sees each row with the sample count 1, and a
    client is refused if no row in which it has a part is accepted; its weight is its part of the
    rows' weights. The rule is held to its promises on the rows.
    """

    before: tuple[Mixing, ...]
    rule: Rule
    after: ServerStep | None
    finish: FineTuning | None = None

    weighted_sum = False

    def __post_init__(self) -> None:
        known = {name: getattr(self.rule, name) for name in _SHARED}
        for field, value in known.items():
            object.__setattr__(self, field, value)
        object.__setattr__(self, "sparse", self.rule.sparse and self.after is None)

    @property
    def root_size(self) -> int:
        return self.rule.root_size if self.finish is None else self.finish.samples

    @property
    def trains_root(self) -> bool:
        return self.rule.trains_root

    @property
    def fine_tuning(self) -> FineTuning | None:
        return self.finish

    @property
    def marking(self) -> Marking | None:
        return self.rule.marking

    def inputs_asked(self, clients: int) -> float:
        return self.rule.inputs_asked(clients)

    def epochs_on_root(self, local_epochs: int) -> int:
        return self.rule.epochs_on_root(local_epochs)

    def voters(self) -> tuple[int, float]:
        return self.rule.voters()

    @property
    def remembers_clients(self) -> bool:
        return self.rule.remembers_clients

    def minimum_clients(self) -> int:
        needed = self.rule.minimum_clients()
        for step in reversed(self.before):
            needed = step.fewest(needed)
        return needed

    def split_noise(self) -> tuple[Rule, float]:
        quiet, stddev = self.rule.split_noise()
        return replace(self, rule=quiet), stddev

    def prepare(
        self,
        model: torch.Tensor,
        memory: Mapping[str, torch.Tensor],
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        return self.rule.prepare(model, _part(memory, _RULE), generator)

    def after_last_round(
        self,
        model: torch.Tensor,
        memory: Mapping[str, torch.Tensor],
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        return self.rule.after_last_round(model, _part(memory, _RULE), generator)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        rows = replace(inputs, memory=_part(inputs.memory, _RULE))
        mixed: torch.Tensor | None = None
        for step in self.before:
            matrix = step.matrix(rows)
            rows = _mixed_inputs(rows, matrix)
            mixed = matrix if mixed is None else matrix @ mixed
        result = self.rule.aggregate(rows)
        check_promises(self.rule, result, rows)
        if mixed is not None:
            result = _of_clients(result, mixed)
        memory = {f"{_RULE}{key}": value for key, value in result.memory.items()}
        update = result.update
        if self.after is not None:
            update, own = self.after.step(update, _part(inputs.memory, _STEP))
            memory |= {f"{_STEP}{key}": value for key, value in own.items()}
        diagnostics = {**result.diagnostics, "norms": inputs.norms}
        return replace(result, update=update, memory=memory, diagnostics=diagnostics)


def composed(values: Mapping[str, Any]) -> Rule:
    """The rule of a cell: its `name` and parameters, and where it has such, the steps `before` and
    the `server_step` and the one `after_training`, each with its name and parameters.

    Raises one `ConfigError` for everything that is missing, unknown or refused.
    """
    if found := composed_problems(values):
        raise ConfigError(found)
    name, own, before, after, finish = _parts(values)
    inner = rule(name, own)
    if not before and after is None and finish is None:
        return inner
    mixing = tuple(_step(step) for step in before)
    last = (None if step is None else _step(step) for step in (after, finish))
    return Composed(mixing, inner, *last)


def composed_problems(values: Mapping[str, Any], num_clients: int | None = None) -> list[str]:
    """Every problem of a cell's rule with its steps, as `registry.validate` says those of a rule.

    With `num_clients`, the smallest number of clients of any round, that is checked as well.
    """
    name, own, before, after, finish = _parts(values)
    found = validate(name, own, None if before else num_clients)
    for step in (*before, *(step for step in (after, finish) if step is not None)):
        found += _step_problems(step)
    if found:
        return found
    inner = rule(name, own)
    if after is not None and inner.no_server_step:
        found.append(
            f"server_step: {after['name']} after {name}, which {inner.no_server_step}; allowed: "
            "one of the two"
        )
    for step in before if inner.remembers_clients else ():
        if not _step(step).keeps_clients:
            found.append(
                f"before: {step['name']} before {name}, which remembers clients, and the rows are "
                "none; allowed: nnm, or a rule without such memory"
            )
    if finish is not None and inner.root_size:
        found.append(
            f"after_training: {finish['name']} after {name}, which trains on a root set itself; "
            "allowed: one of the two"
        )
    needed = Composed(tuple(_step(step) for step in before), inner, None).minimum_clients()
    if num_clients is not None and num_clients < needed:
        steps = ", ".join(step["name"] for step in before)
        found.append(
            f"{name} after {steps}: a round of {num_clients} clients; allowed: at least {needed}"
        )
    return found


def _step_problems(values: Mapping[str, Any]) -> list[str]:
    options = dict(values)
    name = options.pop("name", None)
    try:
        return [f"{name}: {problem}" for problem in problems(step_class(name), options)]
    except ConfigError as error:
        return error.problems


def _parts(
    values: Mapping[str, Any],
) -> tuple[Any, dict[str, Any], list[dict], dict[str, Any] | None, dict[str, Any] | None]:
    own = dict(values)
    before, after = own.pop("before", []), own.pop("server_step", None)
    finish = own.pop("after_training", None)
    return own.pop("name", None), own, before, after, finish


def _step(values: Mapping[str, Any]) -> Any:
    options = dict(values)
    return read(step_class(options.pop("name")), options)


def _part(memory: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {key[len(prefix) :]: value for key, value in memory.items() if key.startswith(prefix)}


def _mixed_inputs(inputs: RoundInputs, matrix: torch.Tensor) -> RoundInputs:
    """The inputs of a rule whose clients are the rows of matrix @ updates."""
    rows = mix(matrix, inputs.updates)
    same = len(rows) == len(inputs.updates)
    return replace(
        inputs,
        updates=rows,
        num_samples=torch.ones(len(rows), dtype=torch.float64, device=rows.device),
        norms=row_norms(rows),
        client_ids=inputs.client_ids if same else tuple(range(len(rows))),
        buffers=mix(matrix, inputs.buffers),
    )


def _of_clients(result: Aggregate, matrix: torch.Tensor) -> Aggregate:
    """`result` of the rows as one of the clients, whose parts in the rows the `matrix` says."""
    return replace(
        result,
        accepted=(matrix[result.accepted] > 0).any(dim=0),
        weights=None if result.weights is None else result.weights @ matrix,
        clip_factors=None,
    )
