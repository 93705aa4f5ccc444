"""rfa: the geometric median of the clients' models (Pillutla et al. 2019, arXiv 1912.13445)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.distances import squared_distances
from edgecase.defenses.postconditions import (
    require,
    require_all_accepted,
    require_no_noise,
    require_unclipped,
)
from edgecase.defenses.registry import register


@register("rfa", label="RFA", place=7)
@dataclass(frozen=True)
class Rfa(Rule):
    """argmin_z Σ α_i ‖update_i − z‖ over whole models, α_i = n_i / n, by smoothed Weiszfeld.

    Every iterate is an average of the updates, so the search runs on weights [m] and on the
    pairwise distances; [m, P] is read twice, for these and for the final average.
    """

    sparse = True

    max_iterations: int = parameter("most Weiszfeld iterations", minimum=1, default=500)
    smoothing: float = parameter("distances below it count as it", above=0, default=1e-5)
    tolerance: float = parameter("relative change that ends it", minimum=0, default=1e-7)

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        weights, iterations, objective = self.weiszfeld(
            squared_distances(inputs.updates).cpu(), inputs.shares.cpu()
        )
        return combine(
            inputs,
            weights.to(inputs.updates.device),
            iterations=iterations,
            objective=objective,
        )

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """At least one iteration ran, and every update keeps a share, unscaled and without
        noise."""
        iterations = aggregate.diagnostics.get("iterations", 0)
        require(
            1 <= iterations <= self.max_iterations,
            f"rfa ran {iterations} iterations; allowed: 1 to {self.max_iterations}",
        )
        require_all_accepted(aggregate)
        require_unclipped(aggregate)
        require_no_noise(aggregate)

    def weiszfeld(
        self, squared: torch.Tensor, alphas: torch.Tensor
    ) -> tuple[torch.Tensor, int, float]:
        """The smoothed Weiszfeld algorithm in the space of weights.

        squared [m, m]: squared pairwise distances; alphas [m]: the points' shares, sum 1; both
        float64. Starts from the weighted mean. Each iteration sets β_i = α_i / max(smoothing,
        ‖x_i − z‖) and z = Σ β_i x_i / Σ β_i. Stops after `max_iterations`, or once the objective
        Σ α_i ‖x_i − z‖ is 0 or changes by less than tolerance · objective. Returns the weights [m]
        of the median, the number of iterations, and the objective.
        """
        weights = alphas
        distances = _distances_to(weights, squared)
        objective = (alphas @ distances).item()
        iterations, changes = 0, True
        while iterations < self.max_iterations and changes:
            previous = objective
            weights = alphas / distances.clamp(min=self.smoothing)
            weights = weights / weights.sum()
            distances = _distances_to(weights, squared)
            objective = (alphas @ distances).item()
            changes = objective > 0 and abs(previous - objective) >= self.tolerance * objective
            iterations += 1
        return weights, iterations, objective


def _distances_to(weights: torch.Tensor, squared: torch.Tensor) -> torch.Tensor:
    """‖x_i − z‖ [m] for z = Σ w_j x_j with Σ w_j = 1, from squared distances D of the points.

    ‖x_i − z‖² = Σ_j w_j D_ij − ½ Σ_jk w_j w_k D_jk, which holds because the weights sum to 1: the
    origin cancels. Both sums are about distance · spread, whether z nears x_i or one point lies far
    out, so a distance is off by 1e-16 · spread / distance of itself; the clamp keeps its square
    from turning negative where z meets x_i.
    """
    moments = squared @ weights
    return (moments - 0.5 * (weights @ moments)).clamp(min=0).sqrt()
