"""crfl: clip the global model and add noise to it (Xie et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.contract import (
    GENERATOR,
    GLOBAL_MODEL,
    Aggregate,
    RoundInputs,
    Rule,
    needed,
    result_dtype,
    whole,
)
from edgecase.defenses.distances import row_norms
from edgecase.defenses.noise import add_noise
from edgecase.defenses.postconditions import require
from edgecase.defenses.registry import register


@register("crfl", label="CRFL")
@dataclass(frozen=True)
class Crfl(Rule):
    """w ← w' · min(1, ρ_t / ‖w'‖) with w' = w_t + mean_i update_i; w_t+1 = w + N(0, σ²).

    ρ_t = min(ρ_0 + growth · t, cap), t from 1. The reported model is w: what is tested has no
    noise, and every round but the first starts from w with noise. Sample counts do not enter. Xie
    et al., "CRFL: Certifiably robust federated learning against backdoor attacks", ICML 2021; by
    the authors' program. All published models are softmax regressions: ρ_t = 0.1 t + 2 up to 15 on
    MNIST, 0.25 t + 4 up to 100 on EMNIST, 0.025 t + 2 up to 5 on LOAN, σ = 0.01, all clients in
    every round.

    Those numbers do not carry over: σ √P is 0.89 there on MNIST, and 30 on VGG-9, whose fresh
    weights have norm 30; a ρ of 2 to 5 crushes a trained start. What carries over are ratios to the
    start's norm: ρ_0 1.1 of it, growth 1 to 6 % of it a round, σ √P 16 to 49 % of it. Assumes
    attackers in few rounds. It refuses nobody. With `votes` M, M copies of w with noise vote on
    each test sample (published: 1000 at σ 0.01), which is a second accuracy and costs M tests. The
    paper's certificate holds for no deep network, and there is none here.
    """

    rho_start: float = parameter("ρ_0", above=0)
    rho_growth: float = parameter("what ρ grows by in a round", minimum=0)
    rho_cap: float = parameter("largest ρ", above=0)
    sigma: float = parameter("σ: standard deviation of the noise per coordinate", minimum=0)
    votes: int = parameter(
        "noisy copies of the model that vote at every test; 0 for none",
        minimum=0,
        maximum=100_000,
        default=0,
    )
    test_sigma: float | None = parameter(
        "standard deviation of these copies' noise; null for σ", minimum=0, default=None
    )

    weighted_sum = False
    noisy_broadcast = True
    no_server_step = "bounds the norm of the model itself"

    def voters(self) -> tuple[int, float]:
        return self.votes, self.sigma if self.test_sigma is None else self.test_sigma

    def prepare(
        self,
        model: torch.Tensor,
        memory: Mapping[str, torch.Tensor],
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        if "round" not in memory or self.sigma == 0:
            return model
        noisy = model.clone()
        add_noise(noisy, self.sigma, needed(generator, self.name, GENERATOR))
        return noisy

    def aggregate(self, inputs: RoundInputs) -> Aggregate:
        model = self._model(inputs)
        round = inputs.memory.get("round", inputs.norms.new_zeros((), dtype=torch.int64)) + 1
        equal = torch.full_like(inputs.norms, 1 / len(inputs.norms))
        step = inputs.weighted_sum(equal)
        bound = self.bound(int(round))
        norm = row_norms(step[None], -model).item()
        if norm > bound:
            step = (model.double() + step.double()).mul_(bound / norm).sub_(model)
        update = step.to(result_dtype(inputs.updates))
        return whole(inputs, update, memory={"round": round}, bound=bound, norm=norm)

    def bound(self, round: int) -> float:
        """ρ_t."""
        return min(self.rho_start + self.rho_growth * round, self.rho_cap)

    def check(self, aggregate: Aggregate, inputs: RoundInputs) -> None:
        """The next model is no longer than ρ_t."""
        norm = row_norms(aggregate.update[None], -self._model(inputs)).item()
        bound = self.bound(int(aggregate.memory["round"]))
        require(norm <= bound * (1 + 1e-5), f"the model has norm {norm:.9g}; ρ is {bound:.9g}")

    def _model(self, inputs: RoundInputs) -> torch.Tensor:
        return needed(inputs.global_model, self.name, GLOBAL_MODEL)
