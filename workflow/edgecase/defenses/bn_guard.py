"""bn-guard: two clusters of running statistics, the larger one kept (Xu et al. 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine
from edgecase.defenses.postconditions import require, require_no_noise, require_unclipped
from edgecase.defenses.registry import register
from edgecase.defenses.two_means import two_means


@register("bn-guard", label="BNGuard")
@dataclass(frozen=True)
class BnGuard(Rule):
    """Mean by samples of the larger of two clusters by x_i = (mean σ², var σ², mean μ, var μ).

    μ and σ² [c] are the running mean and variance that client i's model has in its first batch
    normalisation, and var has the divisor c − 1; k-means with k = 2, Euclidean, nothing scaled. Of
    two clusters of equal size the one whose centre is nearer to the median of x is kept. "SoDa and
    BNGuard", MobiHoc 2025, by its released code (SoDa-BNGuard 6444f07, with the ten starts of its
    scikit-learn), published on CIFAR-10 with out-of-distribution images of other data sets, 20
    clients, 2 attackers. Here k-means is exact up to m = 16, since the kept set of an honest round
    depends on the seed: in 18 of 60 rounds with ten starts, in 49 with one. Beyond 16 clients it
    starts from the run's generator, and the split may depend on the order of the clients.

    Needs a model with batch normalisation. Assumes that attackers' statistics differ more than
    honest ones do; never looks at parameters, so it is blind to an attacker who sends the
    statistics of an honest training. No memory. It always splits: of ten honest clients it keeps
    6.3 to 6.6. `min_gap` above 0 keeps all where the two centres are no farther apart.
    """

    layers: Literal["first", "all"] = parameter(
        "whose statistics are compared: the first batch normalisation's, or those of each",
        default="first",
    )
    standardise: bool = parameter(
        "whether each number of x is divided by its deviation over the clients", default=False
    )
    min_gap: float = parameter(
        "distance of the two centres up to which everybody is kept", minimum=0, default=0.0
    )

    needs_statistics = True

    def minimum_clients(self) -> int:
        return 3

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        points = self._points(inputs)
        return combine(inputs, inputs.shares_of(self._kept(points)), features=points)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """Those of the larger cluster are kept, unscaled and without noise."""
        kept = self._kept(self._points(inputs))
        require(
            torch.equal(kept, aggregate.accepted),
            f"{int(aggregate.accepted.sum())} of {len(kept)} updates are accepted; the larger "
            f"cluster has {int(kept.sum())}",
        )
        require_unclipped(aggregate)
        require_no_noise(aggregate)

    def _kept(self, points: torch.Tensor) -> torch.Tensor:
        return _larger(points, two_means(points), self.min_gap)

    def _points(self, inputs: RoundInputs) -> torch.Tensor:
        """x of each client [m, 4 L] for L layers, float64."""
        if not inputs.statistics:
            raise ConfigError(
                f"{self.name}: the model has no running statistics; allowed: one with batch "
                "normalisation, such as resnet18"
            )
        layers = inputs.statistics if self.layers == "all" else inputs.statistics[:1]
        columns = []
        for layer in layers:
            for place in (layer.variance, layer.mean):
                values = inputs.buffers[:, place].to(torch.float64)
                # A lone channel has no variance.
                correction = min(1, values.shape[1] - 1)
                columns += [values.mean(1), values.var(1, correction=correction)]
        points = torch.stack(columns, dim=1)
        if not self.standardise:
            return points
        spread = points.std(0, correction=0)
        return points / torch.where(spread > 0, spread, 1.0)


def _larger(points: torch.Tensor, split: torch.Tensor, min_gap: float) -> torch.Tensor:
    """The clients [m] of the larger part of the `split`; all, if the centres are no farther apart
    than `min_gap`."""
    centres = torch.stack([points[part].mean(0) for part in (split, ~split)])
    # Means of equal numbers may differ in their last digit.
    rounding = 1e-14 * points.abs().max()
    if torch.linalg.vector_norm(centres[0] - centres[1]) <= min_gap + rounding:
        return torch.ones_like(split)
    size, rest = int(split.sum()), int((~split).sum())
    if size == rest:
        away = torch.linalg.vector_norm(centres - points.quantile(0.5, dim=0), dim=1)
        return split if away[0] <= away[1] else ~split
    return split if size > rest else ~split
