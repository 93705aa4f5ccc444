"""fedavgm and fedadam: what the server makes of a rule's aggregate before it adds it to w_t."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgecase.base.lazy import torch
from edgecase.base.parameters import parameter
from edgecase.defenses.steps import ServerStep, register_step


@register_step("fedavgm")
@dataclass(frozen=True)
class FedAvgM(ServerStep):
    """v ← momentum · v + Δ, and the step is lr · v (Hsu et al. 2019, arXiv 1909.06335).

    v is Δ in the first round. A malicious Δ that stays the same grows by up to 1 / (1 − momentum).
    """

    lr: float = parameter("factor on v", above=0, default=1.0)
    momentum: float = parameter("share of the last v that is kept", minimum=0, below=1, default=0.9)

    def step(
        self, update: torch.Tensor, memory: Mapping[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        last = memory.get("velocity")
        velocity = update if last is None else self.momentum * last + update
        return self.lr * velocity, {"velocity": velocity}


@register_step("fedadam")
@dataclass(frozen=True)
class FedAdam(ServerStep):
    """m ← β₁ m + (1 − β₁) Δ, v ← β₂ v + (1 − β₂) Δ², the step lr · c · m / (√v + adaptivity).

    Reddi et al. 2021, arXiv 2003.00295, as flwr 1.42.0 runs it: m and v start at 0, and
    c = √(1 − β₂^(t+1)) / (1 − β₁^(t+1)) in round t, counted from 1. So the first step is lr · .742
    where the coordinate is far above `adaptivity`. Without `correction`, as the paper has it, c is
    1. A coordinate's step hardly depends on its size: a norm bound on Δ no longer bounds the step.
    """

    lr: float = parameter("η, about the step of a coordinate", above=0, default=0.1)
    momentum: float = parameter("β₁, of Δ", minimum=0, below=1, default=0.9)
    second_momentum: float = parameter("β₂, of Δ²", minimum=0, below=1, default=0.99)
    adaptivity: float = parameter("τ, added to √v", above=0, default=1e-3)
    correction: bool = parameter("flwr's factor c; the paper has none", default=True)

    def step(
        self, update: torch.Tensor, memory: Mapping[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        zero = torch.zeros_like(update)
        last, rounds = memory.get("mean", zero), int(memory.get("rounds", zero[:1]).item()) + 1
        mean = self.momentum * last + (1 - self.momentum) * update
        square = self.second_momentum * memory.get("square", zero)
        square += (1 - self.second_momentum) * update.square()
        step = self.lr * self._factor(rounds) * mean / (square.sqrt() + self.adaptivity)
        count = torch.tensor([rounds], dtype=torch.int64, device=update.device)
        return step, {"mean": mean, "square": square, "rounds": count}

    def _factor(self, round: int) -> float:
        if not self.correction:
            return 1.0
        return (1 - self.second_momentum ** (round + 1)) ** 0.5 / (1 - self.momentum ** (round + 1))
