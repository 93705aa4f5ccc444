"""The server's part of a round: hold the updates against the cell's rule, and carry its memory."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch

from edgecase import defenses
from edgecase.base.errors import SimulationError
from edgecase.base.tensor_norms import l2_norm
from edgecase.base.tensor_randomness import torch_generator
from edgecase.defenses import Aggregate, Rule
from edgecase.defenses.last_layer import LastLayer
from edgecase.defenses.marking import Mark
from edgecase.defenses.network import Network
from edgecase.defenses.statistics import Statistics
from edgecase.defenses.stream import Stream

_MEMORY = "memory."


@dataclass(frozen=True)
class Updates:
    """What the server receives.

    `updates` [m, P] are w_i − w_t as sent, `num_samples` [m] the sample counts, and `buffers`
    [m, B] the running statistics of the clients' models, if these have any. `trained_norms` are
    those of the attackers' updates before they were crafted, which no server sees.
    """

    updates: torch.Tensor
    num_samples: torch.Tensor
    buffers: torch.Tensor | None = None
    trained_norms: tuple[float, ...] = ()

    @cached_property
    def norms(self) -> list[float]:
        """l2 norm of each update; NaN or infinity tells a client that has diverged."""
        return torch.stack([l2_norm(update) for update in self.updates]).tolist()

    @property
    def finite(self) -> list[bool]:
        """Which clients have sent numbers alone."""
        finite = [math.isfinite(norm) for norm in self.norms]
        if self.buffers is None:
            return finite
        known = self.buffers.isfinite().all(dim=1).tolist()
        return [here and there for here, there in zip(finite, known, strict=True)]

    def aggregate(self, rule: Rule, kept: Sequence[int], **others: Any) -> Aggregate:
        """The rule's aggregate of the rows `kept`, which move up in place: a second [m, P] might
        not fit. The other arguments are those of `defenses.run`."""
        if len(kept) < len(self.updates):
            for to, row in enumerate(kept):
                self.updates[to] = self.updates[row]
        return defenses.run(
            rule,
            self.updates[: len(kept)],
            self.num_samples[kept],
            buffers=self._buffers(kept),
            **others,
        )

    def _buffers(self, kept: Sequence[int]) -> torch.Tensor | None:
        return None if self.buffers is None else self.buffers[kept]


@dataclass(frozen=True)
class Passed(Updates):
    """What the server has of updates that came one at a time.

    `updates` [m, P] lie on the meta device. `sent_norms` are theirs, and `stream` adds up those
    that are finite.
    """

    sent_norms: tuple[float, ...] = ()
    stream: Stream | None = None

    @cached_property
    def norms(self) -> list[float]:
        return list(self.sent_norms)

    def aggregate(self, rule: Rule, kept: Sequence[int], **others: Any) -> Aggregate:
        """The aggregate of the stream, whose rule `rule` is, and whose rows are `kept`."""
        assert self.stream is not None
        return self.stream.aggregate(buffers=self._buffers(kept), **others)


@dataclass(frozen=True)
class Broadcast:
    """What the server starts a round of one seed with.

    `model` [P] is what the clients get, `memory` what the rule gave in the round before,
    `root_update` [P] the update of the server's own training, for a rule that asks for it,
    `last_layer` the place of the output layer in [P], `statistics` those of each batch
    normalisation's running statistics in the buffers, `network` the model, to be asked, and `mark`
    what the server trained into it.
    """

    seed: int
    round: int
    model: torch.Tensor | None = None
    memory: Mapping[str, torch.Tensor] = field(default_factory=dict)
    root_update: torch.Tensor | None = None
    last_layer: LastLayer | None = None
    statistics: tuple[Statistics, ...] = ()
    network: Network | None = None
    mark: Mark | None = None

    def generator(self, purpose: str, device: torch.device) -> torch.Generator:
        """Where the rule's draws for `purpose` come from."""
        return torch_generator(self.seed, purpose, self.round, device=device)


@dataclass(frozen=True)
class Carried:
    """What the server carries from round to round beside the global model's parameters.

    `buffers` [B] are the model's running statistics, if it has any, and `memory` what the rule gave
    with its last aggregate. `last_aggregate` [P] is that aggregate, for an attack that sees it.
    """

    buffers: torch.Tensor | None = None
    memory: Mapping[str, torch.Tensor] = field(default_factory=dict)
    last_aggregate: torch.Tensor | None = None

    def tensors(self) -> dict[str, torch.Tensor]:
        """All of it by name, for a saved state."""
        memory = {f"{_MEMORY}{name}": tensor for name, tensor in self.memory.items()}
        others = {"buffers": self.buffers, "last_aggregate": self.last_aggregate}
        return memory | {
            name: tensor
            for name, tensor in others.items()
            if tensor is not None and tensor.numel() > 0
        }

    @classmethod
    def of(cls, tensors: Mapping[str, torch.Tensor], device: torch.device) -> "Carried":
        """The inverse of `tensors`, on `device`."""
        placed = {name: tensor.to(device) for name, tensor in tensors.items()}
        memory = {
            name.removeprefix(_MEMORY): tensor
            for name, tensor in placed.items()
            if name.startswith(_MEMORY)
        }
        return cls(placed.get("buffers"), memory, placed.get("last_aggregate"))


def defend(
    rule: Rule,
    received: Updates,
    clients: Sequence[int],
    broadcast: Broadcast,
    *,
    leave_out_diverged: bool,
) -> Aggregate:
    """The rule's aggregate of what the `clients` sent; its promises hold or the run stops.

    A client whose update is not finite has diverged. `SimulationError` names it or, with
    `leave_out_diverged`, it is refused and the rule sees the rest, which move up in
    `received`. If these are too few for the rule, the global model and the memory stay as they are.
    """
    finite = received.finite
    if not (all(finite) or leave_out_diverged):
        lost = [str(client) for client, ok in zip(clients, finite, strict=True) if not ok]
        raise SimulationError(
            f"the updates of clients {', '.join(lost)} hold NaN or infinity "
            "(diverged_clients: leave-out goes on without them)"
        )
    device = received.num_samples.device
    kept = [row for row, ok in enumerate(finite) if ok]
    if len(kept) < rule.minimum_clients():
        return _nothing(received, broadcast.memory)
    ids = [clients[row] for row in kept]
    try:
        result = received.aggregate(
            rule,
            kept,
            client_ids=ids,
            global_model=broadcast.model,
            memory=broadcast.memory,
            root_update=broadcast.root_update,
            generator=broadcast.generator("noise", device),
            last_layer=broadcast.last_layer,
            statistics=broadcast.statistics,
            network=broadcast.network,
            mark=broadcast.mark,
        )
    except SimulationError as error:
        if not error.rows:
            raise
        named = ", ".join(f"{ids[row]} (row {row})" for row in error.rows)
        raise SimulationError(f"{error}; clients: {named}") from error
    return result if all(finite) else _spread(result, torch.tensor(finite, device=device))


def _nothing(received: Updates, memory: Mapping[str, torch.Tensor]) -> Aggregate:
    """The aggregate of a round in which nobody is left: everything stays."""
    none = torch.zeros_like(received.num_samples)
    return Aggregate(
        update=torch.zeros_like(received.updates[0], device=none.device),
        accepted=torch.zeros_like(none, dtype=torch.bool),
        weights=none,
        memory=memory,
    )


def _spread(result: Aggregate, kept: torch.Tensor) -> Aggregate:
    """`result` over the `kept` of the round's updates as one over all; the rest are refused."""

    def over_all(values: torch.Tensor | None, rest: float) -> torch.Tensor | None:
        if values is None:
            return None
        spread = values.new_full(kept.shape, rest)
        spread[kept] = values
        return spread

    accepted = torch.zeros_like(kept)
    accepted[kept] = result.accepted
    return replace(
        result,
        accepted=accepted,
        weights=over_all(result.weights, 0),
        clip_factors=over_all(result.clip_factors, 1),
    )
