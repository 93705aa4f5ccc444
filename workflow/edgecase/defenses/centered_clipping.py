"""centered-clipping: clip around the last aggregate (Karimireddy et al. 2021, arXiv 2012.10333)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, result_dtype, whole
from edgecase.defenses.distances import clip_factors, row_norms, weighted_sum
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register


@register("centered-clipping", label="centered clipping")
@dataclass(frozen=True)
class CenteredClipping(Rule):
    """v ← v + mean_i (update_i − v) · min(1, norm_bound / ‖update_i − v‖), `steps` times a round.

    v starts at 0 and goes on from round to round: it is the rule's memory and its aggregate. Sample
    counts do not enter. The paper's clients send their momentum; ours send their update, since they
    keep nothing between rounds. So the paper's bounds (100 for 25 workers on CIFAR-10, one step)
    are those of gradients, and none is a default here.
    """

    norm_bound: float = parameter("largest step that one client can cause, times m", above=0)
    steps: int = parameter("steps of v in a round", minimum=1, maximum=1000, default=1)

    weighted_sum = False
    no_server_step = "goes on from its last aggregate itself"

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        updates = inputs.updates
        centre = self._last(inputs)
        for _ in range(self.steps):
            factors = clip_factors(row_norms(updates, centre), self.norm_bound)
            # v + mean_i λ_i (u_i − v), without a copy of [m, P].
            moved = weighted_sum(updates, factors / len(updates))
            centre = (1 - factors.mean()) * centre + moved
        update = centre.to(result_dtype(updates))
        return whole(inputs, update, clip_factors=factors, memory={"centre": update})

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """v is remembered as it is sent, and moved by at most `norm_bound` in each step."""
        require(
            torch.equal(aggregate.memory["centre"], aggregate.update),
            "what is remembered is not the aggregate",
        )
        moved = row_norms(aggregate.update[None], self._last(inputs)).item()
        most = self.steps * self.norm_bound
        rounding = 1e-6 * (most + inputs.norms.max().item())
        require(moved <= most + rounding, f"the aggregate moved by {moved:g}; allowed: {most:g}")

    def _last(self, inputs: RoundInputs) -> torch.Tensor:
        """v [P] of the round before, float64."""
        zero = torch.zeros_like(inputs.updates[0], dtype=torch.float64)
        return inputs.memory.get("centre", zero).to(torch.float64)
