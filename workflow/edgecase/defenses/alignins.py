"""alignins: the clients that agree in direction and in sign with the round (Xu et al. 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import GLOBAL_MODEL, Aggregate, RoundInputs, Rule, combine, needed
from edgecase.defenses.distances import clip_factors, per_block, products, row_norms
from edgecase.defenses.postconditions import require_clipped, require_no_noise
from edgecase.defenses.registry import register

#: deviation of cosines and shares up to which they are equal: their rounding errors are below it.
_EQUAL = 1e-12


@register("alignins", label="AlignIns")
@dataclass(frozen=True)
class AlignIns(Rule):
    """Σ_i∈A (n_i / n_A) · update_i · min(1, c / ‖update_i‖), c the lower median norm of A.

    A are the clients with z(S_i) < λ_s and z(T_i) < λ_c, z(x_i) = |x_i − median x| / std x.
    T_i = cos(update_i, w_t), and S_i is the share of client i's own largest coordinates by size
    (`sparsity` · P of them) whose sign is that of the clients' vote, sign(Σ_j sign update_j); a
    coordinate without majority agrees with nobody who moves it. Xu et al., "Detecting backdoor
    attacks in federated learning via direction alignment inspection", CVPR 2025; the formulas are
    the released code's, which puts the running statistics into the updates: here they stay out.
    Published on CIFAR-10 and CIFAR-100 with triggers, λ_s = λ_c = 1 and sparsity 0.3.

    Assumes that most clients are honest and alike. No memory. By design it refuses 55 to 59 % of
    the honest clients of every round (m from 4 to 30). If it keeps nobody the model stays: so it
    does where all updates are equal, since their deviation is 0, unless `equal` says otherwise.
    """

    may_refuse_all = True

    sign_limit: float = parameter("λ_s: largest z of the agreement in sign", above=0, default=1.0)
    direction_limit: float = parameter(
        "λ_c: largest z of the cosine with the global model", above=0, default=1.0
    )
    sparsity: float = parameter(
        "share of its coordinates whose signs a client is asked for",
        above=0,
        maximum=1,
        default=0.3,
    )
    weights: Literal["samples", "equal"] = parameter(
        "whether the kept count by their samples or alike", default="samples"
    )
    equal: Literal["refuse", "keep"] = parameter(
        "what happens to clients that do not differ in one of the two measures", default="refuse"
    )

    def minimum_clients(self) -> int:
        return 4

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        model = needed(inputs.global_model, self.name, GLOBAL_MODEL)
        lengths = row_norms(model[None]) * inputs.norms
        directions = (products(inputs.updates, model) / lengths).nan_to_num(nan=0.0)
        signs = self._agreement(inputs.updates)
        kept = self._within(signs, self.sign_limit) & self._within(directions, self.direction_limit)
        weights = inputs.shares_of(kept, alike=self.weights == "equal")
        factors = torch.where(kept, clip_factors(inputs.norms, bound_of(inputs.norms, kept)), 1.0)
        return combine(
            inputs, weights, clip_factors=factors, directions=directions, agreement=signs
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The kept are clipped at their lower median norm, and nothing is added."""
        kept = aggregate.accepted
        require_clipped(aggregate, inputs.norms * kept, bound_of(inputs.norms, kept))
        require_no_noise(aggregate)

    def _within(self, values: torch.Tensor, limit: float) -> torch.Tensor:
        """Whose z [m] is below `limit`: bool [m]."""
        spread = values.std(correction=0)
        if spread <= _EQUAL:
            return torch.full_like(values, self.equal == "keep", dtype=torch.bool)
        return (values - values.quantile(0.5)).abs() / spread < limit

    def _agreement(self, updates: torch.Tensor) -> torch.Tensor:
        """S [m], float64."""
        vote = per_block(updates, lambda block: block.sign().sum(dim=0, dtype=torch.float32).sign())
        largest = max(1, int(self.sparsity * len(vote)))
        agreeing = [_agreeing(update, vote, largest) for update in updates]
        return torch.tensor(agreeing, dtype=torch.float64, device=updates.device) / largest


def _agreeing(update: torch.Tensor, vote: torch.Tensor, count: int) -> int:
    """How many of the `count` largest coordinates of `update` [P] by size have the sign of `vote`
    [P]. Of equal ones the first are asked, on a CPU."""
    if update.is_cuda:
        places = update.abs().topk(count, sorted=False).indices
        return int((update[places].sign() == vote[places]).sum())
    # numpy parts and compares in a fifth of the time of torch on one core.
    values = update.to(torch.promote_types(update.dtype, torch.float32)).numpy()
    signs, sizes = vote.numpy(), np.abs(values)
    least = np.partition(sizes, len(sizes) - count)[len(sizes) - count]
    equal = np.flatnonzero(sizes == least)[: count - np.count_nonzero(sizes > least)]
    # A larger coordinate with the vote's sign is positive times the vote, and as large.
    larger = np.count_nonzero(values * signs > least)
    return int(larger + np.count_nonzero(np.sign(values[equal]) == signs[equal]))


def bound_of(norms: torch.Tensor, kept: torch.Tensor) -> float:
    """The median of the kept norms, of an even number the lower one; 0 of none."""
    return norms[kept].median().item() if kept.any() else 0.0
