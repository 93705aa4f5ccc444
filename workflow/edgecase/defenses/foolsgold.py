"""foolsgold: the less a client's history resembles another's, the more it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import LAST_LAYER, Aggregate, RoundInputs, Rule, combine, needed
from edgecase.defenses.distances import clip_factors, row_norms
from edgecase.defenses.history import Roster
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register

#: elements of one float64 block.
_BLOCK = 2**20
#: where nobody differs from another by more than this, nobody is told apart.
_ALIKE = 1e-9


@register("foolsgold", label="FoolsGold")
@dataclass(frozen=True)
class FoolsGold(Rule):
    """Σ w_i update_i / m, with w_i from 0 for clients of like histories to 1 for all others.

    H_i is the sum of client i's updates in the features, over all rounds that it took part in. Of
    this round's clients, C_ij = cos(H_i, H_j) with C_ii = 0, v_i = max_j C_ij + ε, and C_ij is
    multiplied by v_i / v_j where v_i < v_j. Then a_i = 1 − max_j C_ij within [0, 1], divided by the
    largest; an a_i of 1 becomes 0.99, and w_i = ln(a_i / (1 − a_i) + ε) + ½ within [0, 1].

    Fung et al., "The limitations of federated learning in sybil settings", RAID 2020; the formula
    is that of the authors' two programs, the paper was not verified. `scale: sum`, `shorten: 1.0`
    and `features: all` make the one for softmax regression (MNIST, KDDCup, Amazon), the defaults
    with ε = 0 that for SqueezeNet on VGGFace2. Sample counts do not enter. There all clients took
    part in every round.

    Assumes at least two attackers in a round that resemble each other more than honest clients do:
    one attacker a round, as in fixed frequency, is outside of it. The most different client always
    counts 1, so once honest clients agree (cosine 0.8) a lone attacker is the whole model. Memory:
    each client's history; ids must be those of clients, whatever round they come back in. Where all
    are alike to 10⁻⁹, as equal updates are, the formula is 0/0 and everybody counts 1.
    """

    features: Literal["last-layer", "all"] = parameter(
        "the weights that histories are compared in: the last layer's matrix, or all",
        default="last-layer",
    )
    history: Literal["client", "none"] = parameter(
        "whether updates are added up by client or compared within the round", default="client"
    )
    scale: Literal["mean", "sum", "normalised"] = parameter(
        "the step: Σ w u / m, Σ w u, or Σ w u / Σ w", default="mean"
    )
    shorten: float | None = parameter(
        "norm to which longer updates are cut, in history and step; null cuts none",
        above=0,
        default=None,
    )
    epsilon: float = parameter("ε", minimum=0, maximum=1, default=1e-5)

    # The weights of a round do not sum to 1.
    weighted_sum = False

    @property
    def remembers_clients(self) -> bool:
        return self.history == "client"

    def minimum_clients(self) -> int:
        return 2

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        factors = torch.ones_like(inputs.norms)
        if self.shorten is not None:
            factors = clip_factors(inputs.norms, self.shorten)
        features, rows, memory = self._features(inputs), None, {}
        if self.history == "client":
            roster = Roster.of(inputs.memory, inputs.client_ids, features.device)
            sums = roster.grown(inputs.memory.get("history"), features.shape[1])
            for row, own, factor in zip(roster.rows, features, factors.tolist(), strict=True):
                sums[row] += factor * own.to(torch.float64)
            memory = {"clients": roster.clients, "history": sums}
            features, rows = sums, roster.rows
        trust = trusted(pairwise_cosines(features, rows), self.epsilon)
        parts = {"mean": len(trust), "sum": 1.0, "normalised": trust.sum()}[self.scale]
        return combine(inputs, trust / parts, clip_factors=factors, memory=memory, trust=trust)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Trust lies within 0 and 1, somebody has all of it, and no step exceeds what was sent."""
        trust = aggregate.diagnostics["trust"]
        low, high = trust.min().item(), trust.max().item()
        require(low >= 0 and high == 1, f"trust spans {low:g} to {high:g}; expected up to 1")
        most = (trust * inputs.norms).sum().item()
        norm = row_norms(aggregate.update[None]).item()
        require(norm <= most * (1 + 1e-5), f"the step has norm {norm:g}; allowed: {most:g}")

    def _features(self, inputs: RoundInputs) -> torch.Tensor:
        """What is compared of the updates: [m, P'], a view."""
        if self.features == "all":
            return inputs.updates
        layer = needed(inputs.last_layer, self.name, LAST_LAYER)
        return inputs.updates[:, layer.weight]


def pairwise_cosines(table: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
    """The cosines of the rows of [k, P'], or of the m `rows` of it: [m, m], float64, diagonal 0.

    A row of length 0 has cosine 0 to all. Added up over pieces: no second table is formed.
    """
    m = len(table) if rows is None else len(rows)
    products = torch.zeros(m, m, dtype=torch.float64, device=table.device)
    for piece in table.split(max(1, _BLOCK // m), dim=1):
        block = (piece if rows is None else piece[rows]).to(torch.float64)
        products += block @ block.T
    norms = products.diagonal().sqrt()
    found = products / (norms[:, None] * norms)
    return found.nan_to_num(nan=0.0).fill_diagonal_(0.0)


def trusted(cosines: torch.Tensor, epsilon: float) -> torch.Tensor:
    """w [m] of the histories' cosines [m, m], diagonal 0, both float64 (`FoolsGold`)."""
    largest = cosines.max(dim=1).values + epsilon
    ratios = largest[:, None] / largest
    cosines = torch.where(ratios < 1, cosines * ratios, cosines)
    apart = (1 - cosines.max(dim=1).values).clamp(0, 1)
    if apart.max() < _ALIKE:
        return torch.ones_like(apart)
    shares = apart / apart.max()
    shares = torch.where(shares == 1, 0.99, shares)
    return ((shares / (1 - shares) + epsilon).log() + 0.5).clamp(0, 1)
