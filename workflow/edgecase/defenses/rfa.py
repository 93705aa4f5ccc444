"""rfa: the geometric median of the clients' models (Pillutla et al. 2019, arXiv 1912.13445)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    pairwise distances; [m, P] is read twice, for these and for the final average. The paper's
    experiments stop after 3 iterations, its released scripts after 2.
    """

    sparse = True

    max_iterations: int = parameter("most Weiszfeld iterations", minimum=1, default=500)
    smoothing: float = parameter("distances below it count as it", above=0, default=1e-5)
    tolerance: float = parameter("relative change that ends it", minimum=0, default=1e-7)
    start: Literal["mean", "zero"] = parameter(
        "z of the start: the weighted mean, or no update at all", default="mean"
    )
    weights: Literal["samples", "none"] = parameter(
        "α by sample count, or the same for every client", default="samples"
    )

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        alphas = inputs.shares.cpu()
        if self.weights == "none":
            alphas = torch.full_like(alphas, 1 / len(alphas))
        weights, iterations, objective = self.weiszfeld(
            squared_distances(inputs.updates).cpu(),
            alphas,
            inputs.norms.cpu() if self.start == "zero" else None,
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
        self, squared: torch.Tensor, alphas: torch.Tensor, start: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, int, float]:
        """The smoothed Weiszfeld algorithm in the space of weights.

        squared [m, m]: squared pairwise distances; alphas [m]: the points' shares, sum 1; both
        float64. start [m]: the points' distances to where it starts, which by default is the
        weighted mean. Each iteration sets β_i = α_i / max(smoothing,
        ‖x_i − z‖) and z = Σ β_i x_i / Σ β_i. Stops after `max_iterations`, or once the objective
        Σ α_i ‖x_i − z‖ is 0 or changes by less than tolerance · objective. Returns the weights [m]
        of the median, the number of iterations, and the objective.
        """
        weights = alphas
        distances = _distances_to(weights, squared) if start is None else start
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
