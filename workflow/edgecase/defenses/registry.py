"""Which defenses there are, what each one takes and what it needs: plain Python, no torch.

To add a defense: write its rule and its postcondition in one new file of this folder and register
it below. Both are named as text ("module:function") and imported when a round first needs them.
"""

import math
import numbers
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edgecase.base.errors import ConfigError


@dataclass(frozen=True)
class Parameter:
    """One parameter of a defense: its type, its range and, unless it is required, its default."""

    name: str
    meaning: str
    kind: type[int] | type[float]
    minimum: float
    exclusive: bool = False
    default: int | float | None = None

    @property
    def required(self) -> bool:
        return self.default is None

    @property
    def allowed(self) -> str:
        kind = "an integer" if self.kind is int else "a finite number"
        return f"{kind} {'>' if self.exclusive else '>='} {self.minimum:g}"

    def accepts(self, value: Any) -> bool:
        kind = numbers.Integral if self.kind is int else numbers.Real
        if isinstance(value, bool) or not isinstance(value, kind):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        above = number > self.minimum if self.exclusive else number >= self.minimum
        return above and number < math.inf


@dataclass(frozen=True)
class Defense:
    """A registered defense.

    rule: "module:function" of `rule(inputs, **parameters) -> Aggregate` (see `base.RoundInputs`).
    postcondition: "module:function" of `check(aggregate, updates, **parameters)`, which raises
    `SimulationError` if the aggregate breaks what the rule promises.
    minimum_clients: the smallest m the rule is defined for, given its parameters.
    """

    name: str
    rule: str
    postcondition: str
    parameters: tuple[Parameter, ...] = ()
    minimum_clients: Callable[[Mapping[str, Any]], int] = lambda parameters: 1

    def load_rule(self) -> Callable:
        return pkgutil.resolve_name(self.rule)

    def load_postcondition(self) -> Callable:
        return pkgutil.resolve_name(self.postcondition)

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`params`, already validated, as plain numbers and with the defaults filled in."""
        return {p.name: p.kind(params.get(p.name, p.default)) for p in self.parameters}

    def problems(self, params: Any) -> list[str]:
        if not isinstance(params, Mapping):
            return [f"{self.name}: parameters are {params!r}; allowed: a mapping of name to value"]
        known = {p.name: p for p in self.parameters}
        problems = [
            f"{self.name}: {p.name} ({p.meaning}) is missing; allowed: {p.allowed}"
            for p in self.parameters
            if p.required and p.name not in params
        ]
        for name, value in params.items():
            if name not in known:
                problems.append(
                    f"{self.name}: unknown parameter {name!r} = {value!r}; "
                    f"allowed: {', '.join(known) or 'none'}"
                )
            elif not known[name].accepts(value):
                problems.append(
                    f"{self.name}: {name} ({known[name].meaning}) is {value!r}; "
                    f"allowed: {known[name].allowed}"
                )
        return problems


_DEFENSES: dict[str, Defense] = {}


def register(defense: Defense) -> None:
    """Make `defense` known by its name, which is in lower case and not taken (`ConfigError`)."""
    if defense.name in _DEFENSES or defense.name != defense.name.lower():
        raise ConfigError(f"defense name {defense.name!r} is taken or not in lower case")
    _DEFENSES[defense.name] = defense


def names() -> tuple[str, ...]:
    """The registered names, in the order of registration."""
    return tuple(_DEFENSES)


def find(name: str) -> Defense:
    """The defense called `name`, in any case; `ConfigError` lists the names if there is none."""
    defense = _DEFENSES.get(name.lower()) if isinstance(name, str) else None
    if defense is None:
        raise ConfigError(f"unknown defense {name!r}; allowed: {', '.join(names())}")
    return defense


def parameters(name: str) -> tuple[Parameter, ...]:
    """The parameters the defense called `name` takes; `ConfigError` for an unknown name."""
    return find(name).parameters


def minimum_clients(name: str, params: Mapping[str, Any]) -> int:
    """The smallest number of clients in a round under which `name` with `params` is defined.

    Raises `ConfigError` for an unknown name or for `params` that `validate` refuses.
    """
    defense = find(name)
    if problems := defense.problems(params):
        raise ConfigError(problems)
    return defense.minimum_clients(defense.complete(params))


def validate(name: str, params: Mapping[str, Any], num_clients: int | None = None) -> list[str]:
    """Every problem of a configured defense as one sentence each; an empty list if it can run.

    With `num_clients`, the smallest number of clients of any round, m is checked as well.
    """
    try:
        needed = minimum_clients(name, params)
    except ConfigError as error:
        return error.problems
    if num_clients is None or num_clients >= needed:
        return []
    given = ", ".join(f"{k} = {v}" for k, v in find(name).complete(params).items())
    return [
        f"{find(name).name}: a round of {num_clients} clients with {given or 'no parameters'}; "
        f"allowed: at least {needed} clients"
    ]


_NORM_BOUND = Parameter("norm_bound", "largest l2 norm of an update", float, 0, exclusive=True)
_NUM_BYZANTINE = Parameter("num_byzantine", "attackers assumed in a round, f", int, 1, default=1)


def _krum_minimum(parameters: Mapping[str, Any]) -> int:
    """m >= 2 f + 3 (Blanchard et al. 2017, proposition 1: 2 f + 2 < n)."""
    return 2 * parameters["num_byzantine"] + 3


register(
    Defense(
        "no-defense",
        rule="edgecase.defenses.average:average",
        postcondition="edgecase.defenses.average:check_average",
    )
)
register(
    Defense(
        "norm-clipping",
        rule="edgecase.defenses.clipping:clip_to_bound",
        postcondition="edgecase.defenses.clipping:check_clip_to_bound",
        parameters=(_NORM_BOUND,),
    )
)
register(
    Defense(
        "norm-clipping-adaptive",
        rule="edgecase.defenses.clipping:clip_to_mean",
        postcondition="edgecase.defenses.clipping:check_clip_to_mean",
    )
)
register(
    Defense(
        "weak-dp",
        rule="edgecase.defenses.noise:weak_dp",
        postcondition="edgecase.defenses.noise:check_weak_dp",
        parameters=(
            _NORM_BOUND,
            Parameter("stddev", "standard deviation of the noise per coordinate", float, 0),
        ),
    )
)
register(
    Defense(
        "krum",
        rule="edgecase.defenses.krum:krum",
        postcondition="edgecase.defenses.krum:check_krum",
        parameters=(_NUM_BYZANTINE,),
        minimum_clients=_krum_minimum,
    )
)
register(
    Defense(
        "multi-krum",
        rule="edgecase.defenses.krum:multi_krum",
        postcondition="edgecase.defenses.krum:check_multi_krum",
        parameters=(_NUM_BYZANTINE,),
        minimum_clients=_krum_minimum,
    )
)
register(
    Defense(
        "rfa",
        rule="edgecase.defenses.rfa:rfa",
        postcondition="edgecase.defenses.rfa:check_rfa",
        parameters=(
            Parameter("max_iterations", "most Weiszfeld iterations", int, 1, default=500),
            Parameter("smoothing", "distances below it count as it", float, 0, True, default=1e-5),
            Parameter("tolerance", "relative change that ends it", float, 0, default=1e-7),
        ),
    )
)
