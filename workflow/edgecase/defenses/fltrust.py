"""fltrust: trust by the server's own update (Cao et al. 2021, arXiv 2012.13995)."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, combine, needed
from edgecase.defenses.distances import products, row_norms
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register


@register("fltrust", label="FLTrust")
@dataclass(frozen=True)
class FlTrust(Rule):
    """α Σ TS_i · (‖u_0‖ / ‖u_i‖) · u_i / Σ TS_j with TS_i = max(0, cos(u_i, u_0)).

    u_0 is the server's update: honest training on a root set, of as many samples of each class,
    that is withheld from the clients and holds no edge case. Sample counts do not enter. Clients
    that point away from u_0 are refused; if all do, the global model stays. An update of length 0
    has trust 0. Published with 100 samples and 100 clients, 20 of them malicious, on MNIST,
    Fashion-MNIST and CIFAR-10 (not verified), where clients send the gradient of one batch.

    Assumes a root set that resembles the task. An edge case's update has a positive cosine too, so
    it is resized and not refused. A root set of 100 at batch 32 makes 4 steps an epoch and a client
    of 250 samples 8: every step is shorter, unless `root_epochs` makes up for it.
    """

    sparse = True

    root_samples: int = parameter("training samples that the server trains on", minimum=1)
    root_epochs: int | None = parameter(
        "epochs of the server's training; null for as many as the clients'",
        minimum=1,
        maximum=10_000,
        default=None,
    )
    alpha: float = parameter("α: factor on the step", above=0, default=1.0)

    # Factors exceed 1 where u_0 is longer, and the weights of a round without trust are all 0.
    weighted_sum = False

    @property
    def root_size(self) -> int:
        return self.root_samples

    def epochs_on_root(self, local_epochs: int) -> int:
        return local_epochs if self.root_epochs is None else self.root_epochs

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        root = _root(inputs)
        length, norms = row_norms(root[None]), inputs.norms
        cosines = products(inputs.updates, root) / (length * norms)
        # 0 / 0 where either has length 0.
        trust = cosines.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0).clamp(min=0)
        total = trust.sum()
        weights = trust / total if total > 0 else trust
        factors = torch.where(norms > 0, length / norms, 1.0)
        return combine(inputs, self.alpha * weights, clip_factors=factors, trust=trust)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The aggregate is no longer than the server's own update, times α."""
        longest = self.alpha * row_norms(_root(inputs)[None]).item()
        norm = row_norms(aggregate.update[None]).item()
        require(
            norm <= longest * (1 + 1e-5),
            f"the aggregate has norm {norm:.9g}; the server's update has {longest:.9g}",
        )


def _root(inputs: RoundInputs) -> torch.Tensor:
    lack = "root_update is missing; allowed: the server's update [P]"
    return needed(inputs.root_update, FlTrust.name, lack)
