"""The contract of a defense: what the server's rule sees of a round, and what it gives.

A rule is a frozen dataclass of its parameters, registered in a file of its own:

>>> import torch
>>> from dataclasses import dataclass
>>> from edgecase.base.parameters import parameter
>>> from edgecase.defenses.run import run
>>> @dataclass(frozen=True)
... class Shrink(Rule):
...     factor: float = parameter("what every update is multiplied by", above=0, maximum=1)
...
...     def aggregate(self, inputs):
...         factors = torch.full_like(inputs.shares, self.factor)
...         return combine(inputs, inputs.shares, clip_factors=factors)
>>> result = run(Shrink(0.5), torch.tensor([[2.0], [4.0]]), [1, 1])
>>> result.update
tensor([1.5000])

A rule that remembers gives its memory with the aggregate and finds it in the next round's inputs:

>>> @dataclass(frozen=True)
... class Momentum(Rule):
...     weighted_sum = False
...
...     def aggregate(self, inputs):
...         mean = combine(inputs, inputs.shares).update
...         velocity = 0.5 * inputs.memory.get("velocity", torch.zeros_like(mean)) + mean
...         return whole(inputs, velocity, memory={"velocity": velocity})
>>> first = run(Momentum(), torch.tensor([[2.0], [4.0]]), [1, 1])
>>> run(Momentum(), torch.tensor([[2.0], [4.0]]), [1, 1], memory=first.memory).update
tensor([4.5000])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import torch
from edgecase.defenses.distances import weighted_sum
from edgecase.defenses.fine_tuning import FineTuning
from edgecase.defenses.last_layer import LastLayer
from edgecase.defenses.marking import Mark, Marking
from edgecase.defenses.network import Network
from edgecase.defenses.statistics import Statistics

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class RoundInputs:
    """What a rule may look at. A further field changes no existing rule.

    - updates [m, P]: w_i − w_t, finite, float16, bfloat16, float32 or float64; never modified. On
      the meta device, with shape and dtype alone, where they came one by one (`Rule.one_by_one`).
    - num_samples [m]: float64, above 0.
    - norms [m]: l2 norms of the updates, float64.
    - client_ids: who sent each row; a client has the same number in every round.
    - buffers [m, B]: the running statistics of each client's model, B = 0 without any.
    - global_model [P]: w_t, which the clients started from, or None outside of a simulation.
    - memory: what the rule gave as its memory in the round before; empty in the first.
    - root_update [P]: the update of the server's own training, for a rule with a `root_size`.
    - generator: where random draws come from, or None.
    - last_layer: where the layer that gives the model's outputs lies in [P], or None.
    - statistics: where each batch normalisation's running statistics lie in [B], in order.
    - network: the model as a function of its parameters, or None outside of a simulation.
    - mark: what the server trained into w_t before the round, or None in a round without.
    """

    updates: torch.Tensor
    num_samples: torch.Tensor
    norms: torch.Tensor
    client_ids: tuple[int, ...]
    buffers: torch.Tensor
    global_model: torch.Tensor | None = None
    memory: Mapping[str, torch.Tensor] = field(default_factory=dict)
    root_update: torch.Tensor | None = None
    generator: torch.Generator | None = None
    last_layer: LastLayer | None = None
    statistics: tuple[Statistics, ...] = ()
    network: Network | None = None
    mark: Mark | None = None

    @property
    def shares(self) -> torch.Tensor:
        """FedAvg's weights [m]: n_i / Σ n_j, float64 (McMahan et al. 2017, algorithm 1)."""
        return self.num_samples / self.num_samples.sum()

    def shares_of(self, kept: torch.Tensor, *, alike: bool = False) -> torch.Tensor:
        """Weights [m] of the clients that are `kept` [m], by sample count or `alike`: float64.

        They sum to 1, and are all 0 if nobody is kept.
        """
        counts = (torch.ones_like(self.norms) if alike else self.num_samples) * kept
        return counts / counts.sum() if kept.any() else counts

    def weighted_sum(
        self, coefficients: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Σ coefficients_i · updates_i + noise: [P], added up in float64 and rounded once."""
        return weighted_sum(self.updates, coefficients, result_dtype(self.updates), noise)

    def probed(self, step: int) -> torch.Tensor:
        """Every `step`-th coordinate of the updates: [m, Q]."""
        return self.updates[:, ::step]


@dataclass(frozen=True, eq=False)
class Aggregate:
    """The server's step and how it came about; all tensors lie on the device of the updates.

    - update [P]: to be added to w_t.
    - accepted [m]: bool; False for a client whose update was refused.
    - weights [m]: float64, the share of each client, or None where no client has one.
    - clip_factors [m]: float64, what each update was multiplied by, 1 for "as it was", or None.
    - noise [P]: what was added to the average, or None.
    - buffers [B]: the global model's next ones; None leaves them as they are. What a rule does not
      give, `run` fills in: the average by sample count over the accepted clients.
    - memory: what the rule gets back in the next round; a saved state keeps it.
    - diagnostics: "norms" [m] of the updates as sent, and what the rule reports.
    """

    update: torch.Tensor
    accepted: torch.Tensor
    weights: torch.Tensor | None = None
    clip_factors: torch.Tensor | None = None
    noise: torch.Tensor | None = None
    buffers: torch.Tensor | None = None
    memory: Mapping[str, torch.Tensor] = field(default_factory=dict)
    diagnostics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A defense with its parameters. The methods that a rule does not write do nothing."""

    #: how the rule is called in configurations and in figures; `register` sets both.
    name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    #: whether update = Σ weights_i · clip_factors_i · updates_i + noise, with weights that sum to 1
    #: and factors up to 1. A rule that says so is held to it in every round.
    weighted_sum: ClassVar[bool] = True
    #: whether such a sum may refuse everybody: its weights are then all 0, and the model stays.
    may_refuse_all: ClassVar[bool] = False
    #: whether the rule needs a model with batch normalisation.
    needs_statistics: ClassVar[bool] = False
    #: the fewest classes of a task under which the rule is defined.
    fewest_classes: ClassVar[int] = 0
    #: why no server step may follow, in words; empty if one may.
    no_server_step: ClassVar[str] = ""
    #: whether the rule may be given the coordinates that some client trains, and no others
    #: (`federation.rows`): it keeps no memory, and leaves a coordinate as it is that no client
    #: moves, but for noise that `split_noise` takes from it.
    sparse: ClassVar[bool] = False
    #: whether the rule needs one update at a time: its weights are the `shares`, its clip factors
    #: what `factors` makes of each update's norm, and it reads nothing else of an update.
    one_by_one: ClassVar[bool] = False

    #: whether `prepare` adds noise, whose norm the records of a run then have.
    noisy_broadcast: ClassVar[bool] = False

    @property
    def root_size(self) -> int:
        """How many training samples the server withholds from the clients and trains on itself."""
        return 0

    @property
    def trains_root(self) -> bool:
        """Whether the server trains on them in every round."""
        return self.root_size > 0

    @property
    def fine_tuning(self) -> FineTuning | None:
        """What the server trains on them behind the last round, if anything."""
        return None

    @property
    def marking(self) -> Marking | None:
        """What the server trains into the model before it is sent, if anything."""
        return None

    def inputs_asked(self, clients: int) -> float:
        """How many inputs it passes through the model in a round of so many clients, on average."""
        return 0

    def epochs_on_root(self, local_epochs: int) -> int:
        """The epochs of that training, where a client's has `local_epochs`."""
        return local_epochs

    @property
    def remembers_clients(self) -> bool:
        """Whether the memory is of single clients, so that each row has to be one of them."""
        return False

    def minimum_clients(self) -> int:
        """The fewest clients of a round under which the rule is defined."""
        return 1

    def factors(self, norms: torch.Tensor) -> torch.Tensor:
        """The clip factors [k] of updates with the `norms` [k], whatever the others are.

        Asked of a rule that is `one_by_one`.
        """
        return torch.ones_like(norms)

    def split_noise(self) -> tuple[Rule, float]:
        """The rule without its noise, and the standard deviation of the noise in every coordinate.

        Asked of a rule that is given a part of the coordinates: the noise goes to all of them.
        """
        return self, 0.0

    def prepare(
        self,
        model: torch.Tensor,
        memory: Mapping[str, torch.Tensor],
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        """The model [P] that is sent to the clients instead of the global one.

        The round goes on from it: updates are differences to it, and the aggregate is added to it.
        """
        return model

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        """The server's step of a round."""
        raise NotImplementedError

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Raise `SimulationError` if the aggregate is not what the rule promises (`require`)."""

    def voters(self) -> tuple[int, float]:
        """How many copies of the global model vote at every test, and the standard deviation of the
        noise in each of their coordinates. What they say is measured besides the model itself."""
        return 0, 0.0

    def after_last_round(
        self,
        model: torch.Tensor,
        memory: Mapping[str, torch.Tensor],
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        """What the server makes of the global model [P] once the last round is over."""
        return model


def combine(
    inputs: RoundInputs,
    weights: torch.Tensor,
    *,
    clip_factors: torch.Tensor | None = None,
    noise: torch.Tensor | None = None,
    memory: Mapping[str, torch.Tensor] | None = None,
    **diagnostics: Any,
) -> Aggregate:
    """The `Aggregate` of a rule's weights [m], clip factors [m] (default 1) and noise [P].

    Clients of weight 0 are refused.
    """
    clip_factors = torch.ones_like(weights) if clip_factors is None else clip_factors
    return Aggregate(
        update=inputs.weighted_sum(weights * clip_factors, noise),
        accepted=weights != 0,
        weights=weights,
        clip_factors=clip_factors,
        noise=noise,
        memory=memory or {},
        diagnostics={"norms": inputs.norms, **diagnostics},
    )


def whole(
    inputs: RoundInputs,
    update: torch.Tensor,
    *,
    clip_factors: torch.Tensor | None = None,
    memory: Mapping[str, torch.Tensor] | None = None,
    **diagnostics: Any,
) -> Aggregate:
    """The `Aggregate` of an `update` [P] that is no weighted sum and that refuses nobody."""
    return Aggregate(
        update=update.to(result_dtype(inputs.updates)),
        accepted=torch.ones(len(inputs.updates), dtype=torch.bool, device=update.device),
        clip_factors=clip_factors,
        memory=memory or {},
        diagnostics={"norms": inputs.norms, **diagnostics},
    )


#: what `needed` says of what a round lacks.
GLOBAL_MODEL = "global_model is missing; allowed: w_t [P]"
GENERATOR = "generator is missing; allowed: a torch.Generator"
LAST_LAYER = "the model says of no layer that it is the last"
NETWORK = "network is missing; allowed: the model"


def needed(value: _T | None, name: str, lack: str) -> _T:
    """`value`, which the rule or step called `name` cannot do without.

    Raises `ConfigError` that says what the round lacks if it is None.
    """
    if value is None:
        raise ConfigError(f"{name}: {lack}")
    return value


def result_dtype(updates: torch.Tensor) -> torch.dtype:
    """The dtype of update and noise: float32 for half precision, else that of the updates."""
    return torch.promote_types(updates.dtype, torch.float32)
