"""Aggregate updates that come one at a time, under a rule that needs no more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edgecase.base.lazy import torch
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule, result_dtype
from edgecase.defenses.distances import row_norm
from edgecase.defenses.postconditions import probe_step, require
from edgecase.defenses.run import (
    check_model,
    check_norms,
    checked_counts,
    checked_ids,
    run_inputs,
)
from edgecase.defenses.running_sum import RunningSum


class Stream:
    """The updates of a round [P] under a `rule` that is `one_by_one`, added up as they come.

    `num_samples` [m] are the sample counts of all that will come, in their order; `like` [P] has
    the size, dtype and device of an update. The aggregate has the bits of `run` on [m, P], on a
    CPU; of every update, 16,384 coordinates are kept, on which the sum is checked.
    """

    def __init__(self, rule: Rule, num_samples: Any, like: torch.Tensor) -> None:
        self._rule, self._like = rule, like
        counts = torch.as_tensor(num_samples, dtype=torch.float64, device=like.device)
        self._num_samples = checked_counts(counts, len(counts))
        self._shares = self._num_samples / self._num_samples.sum()
        self._sum = RunningSum(like.numel(), like.device)
        self._norms: list[torch.Tensor] = []
        self._coefficients: list[torch.Tensor] = []
        # At once: small pieces between updates that come and go would keep their memory apart.
        probed = len(range(0, like.numel(), probe_step(like.numel())))
        self._probes = like.new_empty(len(counts), probed)

    def add(self, update: torch.Tensor) -> None:
        """Take the next update [P], which is not modified."""
        with torch.no_grad():
            row, m = len(self._norms), len(self._shares)
            norm = row_norm(update, m)
            coefficient = self._shares[row : row + 1] * self._rule.factors(norm)
            self._sum.add(update, coefficient.item())
            self._norms.append(norm)
            self._coefficients.append(coefficient)
            self._probes[row] = update[:: probe_step(len(update))]

    def aggregate(
        self,
        *,
        client_ids: Sequence[int] | None = None,
        buffers: torch.Tensor | None = None,
        **others: Any,
    ) -> Aggregate:
        """What `run` gives for all updates at once, and raises; the arguments are those of `run`.

        It uses the sum up.
        """
        m, size = len(self._shares), self._like.numel()
        if len(self._norms) != m:
            raise ValueError(f"{len(self._norms)} updates have come; {m} are announced")
        with torch.no_grad():
            check_model(others.get("global_model"), size)
            norms = torch.cat(self._norms)
            check_norms(norms)
            inputs = _Passed(
                updates=torch.empty(m, size, dtype=self._like.dtype, device="meta"),
                num_samples=self._num_samples,
                norms=norms,
                client_ids=checked_ids(client_ids, m),
                buffers=self._like.new_zeros(m, 0) if buffers is None else buffers,
                running=self._sum,
                coefficients=torch.cat(self._coefficients),
                probes=self._probes,
                **others,
            )
            return run_inputs(self._rule, inputs)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Passed(RoundInputs):
    """The inputs of a round whose updates have come and gone.

    running: their sum with the `coefficients` [m]. probes [m, Q]: some coordinates (`probe_step`).
    """

    running: RunningSum
    coefficients: torch.Tensor
    probes: torch.Tensor

    def weighted_sum(
        self, coefficients: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        require(
            torch.equal(coefficients, self.coefficients),
            f"the updates were added up with {self.coefficients.tolist()}; the rule now asks for "
            f"{coefficients.tolist()}",
        )
        return self.running.rounded(result_dtype(self.updates), noise)

    def probed(self, step: int) -> torch.Tensor:
        return self.probes
