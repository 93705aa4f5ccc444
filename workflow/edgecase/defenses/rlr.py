"""rlr: turn round the step of each coordinate on which too few agree (Ozdayi et al. 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine, result_dtype, whole
from edgecase.defenses.distances import per_block, row_norms
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register


@register("rlr", label="RLR")
@dataclass(frozen=True)
class RobustLearningRate(Rule):
    """± Σ (n_i / n) · update_i, each coordinate with + where |Σ_i sign update_ip| ≥ θ, else with −.

    Ozdayi et al., "Defending against backdoors in federated learning with robust learning rate",
    AAAI 2021, arXiv 2007.03767; by the authors' program, whose votes do not count samples (the
    paper was not verified). A coordinate of 0 votes for neither sign. Published: θ = 4 of 10
    clients (Fashion-MNIST), 8 of 40 (CIFAR-10, 4 attackers), 8 of 33 (federated EMNIST).

    Assumes fewer than θ attackers in a round, and honest clients who agree on most coordinates'
    signs. It refuses nobody, yet turns a coordinate on which ten honest clients toss a coin with
    probability 0.66 at θ = 4 (of 30 at θ = 8: 0.80); with a weak common signal, of 0.3 deviations,
    it turns 55 % at (10, 4), and main accuracy suffers first. No memory.
    """

    theta: int = parameter(
        "θ: least surplus of one sign over the other, at most the clients of a round", minimum=1
    )
    base: Literal["mean", "median"] = parameter(
        "what is turned: FedAvg's mean, or the lower median of each coordinate", default="mean"
    )

    weighted_sum = False
    sparse = True

    def minimum_clients(self) -> int:
        """With fewer than θ clients every coordinate is turned, and the model climbs its loss."""
        return max(2, self.theta)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        updates = inputs.updates
        if self.base == "mean":
            step = combine(inputs, inputs.shares).update
        else:
            step = per_block(updates, lambda block: block.median(dim=0).values)
            step = step.to(result_dtype(updates))
        norm = row_norms(step[None]).item()
        turned = per_block(updates, self._turned)
        step[turned] *= -1
        return whole(inputs, step, base_norm=norm, turned_share=turned.double().mean().item())

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The step is as long as what it turned."""
        norm, base = row_norms(aggregate.update[None]).item(), aggregate.diagnostics["base_norm"]
        require(norm == base, f"the step has norm {norm:.17g}; what it turned has {base:.17g}")

    def _turned(self, block: torch.Tensor) -> torch.Tensor:
        """On which coordinates [c] of [m, c] too few agree."""
        return block.sign().sum(dim=0, dtype=torch.float32).abs() < self.theta
