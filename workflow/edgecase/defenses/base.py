"""From the updates of a round to its aggregate: the checks and the average all defenses share."""

from dataclasses import dataclass
from typing import Any

import torch

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.defenses import registry
from edgecase.defenses.distances import row_norms, weighted_sum

_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclass(frozen=True, eq=False)
class RoundInputs:
    """What a rule may look at. A further field (client ids, say) changes no existing rule.

    updates [m, P]: w_i − w_t, finite, float16, bfloat16, float32 or float64; never modified.
    num_samples [m]: float64, above 0. norms [m]: l2 norms of the updates, float64.
    generator: where random draws come from, or None.
    """

    updates: torch.Tensor
    num_samples: torch.Tensor
    norms: torch.Tensor
    generator: torch.Generator | None

    @property
    def shares(self) -> torch.Tensor:
        """FedAvg's weights [m]: n_i / Σ n_j, float64 (McMahan et al. 2017, algorithm 1)."""
        return self.num_samples / self.num_samples.sum()


@dataclass(frozen=True, eq=False)
class Aggregate:
    """The server's step and how it came about; all tensors lie on the device of the updates.

    update [P]: Σ_i weights_i · clip_factors_i · updates_i + noise, to be added to w_t.
    weights [m]: float64, sum 1; 0 means refused.
    clip_factors [m]: float64 in [0, 1]; 1 means not clipped.
    noise [P]: what was added to the average, or None.
    diagnostics: "norms" [m] of the updates as sent, and what the rule reports: "bound" (clipping),
    "scores" [m] (krum, multi-krum), "iterations" and "objective" (rfa).
    """

    update: torch.Tensor
    weights: torch.Tensor
    clip_factors: torch.Tensor
    noise: torch.Tensor | None
    diagnostics: dict[str, Any]


def aggregate(
    name: str,
    updates: torch.Tensor,
    num_samples: Any,
    *,
    generator: torch.Generator | None = None,
    **params: Any,
) -> Aggregate:
    """The aggregate of `updates` [m, P] (w_i − w_t) under the defense `name` (any case).

    num_samples [m]: what each client counts in the average, above 0. generator: for a defense that
    draws (weak-dp); no global generator is touched. params: see `parameters(name)`. The inputs are
    not modified. Sums, norms and distances are in float64; the update is float64 for float64
    updates and float32 for all others. Ties go to the lowest index.

    Raises `ConfigError` for an unknown name, a missing, unknown or refused parameter, and too few
    clients for the rule; `ValueError` for tensors of a wrong type or shape and for sample counts
    that are not above 0; `SimulationError` for NaN, infinity or an update whose norm, squared,
    leaves float64.
    """
    defense = registry.find(name)
    with torch.no_grad():
        inputs = _check_inputs(updates, num_samples, generator)
        if problems := registry.validate(name, params, num_clients=len(updates)):
            raise ConfigError(problems)
        return defense.load_rule()(inputs, **defense.complete(params))


def combine(
    inputs: RoundInputs,
    weights: torch.Tensor,
    *,
    clip_factors: torch.Tensor | None = None,
    noise: torch.Tensor | None = None,
    **diagnostics: Any,
) -> Aggregate:
    """The `Aggregate` of a rule's weights [m], clip factors [m] (default 1) and noise [P]."""
    updates = inputs.updates
    clip_factors = torch.ones_like(weights) if clip_factors is None else clip_factors
    total = weighted_sum(updates, weights * clip_factors)
    if noise is not None:
        total.add_(noise)
    return Aggregate(
        update=total.to(result_dtype(updates)),
        weights=weights,
        clip_factors=clip_factors,
        noise=noise,
        diagnostics={"norms": inputs.norms, **diagnostics},
    )


def result_dtype(updates: torch.Tensor) -> torch.dtype:
    """The dtype of update and noise: float32 for half precision, else that of the updates."""
    return torch.promote_types(updates.dtype, torch.float32)


def _check_inputs(updates: Any, num_samples: Any, generator: Any) -> RoundInputs:
    if not isinstance(updates, torch.Tensor) or updates.dtype not in _DTYPES:
        given = updates.dtype if isinstance(updates, torch.Tensor) else type(updates).__name__
        allowed = ", ".join(str(dtype) for dtype in _DTYPES)
        raise ValueError(f"updates are {given}; allowed: a tensor [m, P] of {allowed}")
    if updates.ndim != 2 or 0 in updates.shape:
        raise ValueError(f"updates have shape {list(updates.shape)}; allowed: [m, P], both >= 1")
    if generator is not None and not isinstance(generator, torch.Generator):
        raise ConfigError(
            f"generator is a {type(generator).__name__}; allowed: a torch.Generator or None"
        )
    counts = _check_num_samples(num_samples, len(updates)).to(updates.device)
    norms = row_norms(updates)
    # Twice the largest norm bounds every pairwise distance, whose square must fit float64 too.
    bad = (~(2 * norms).square().isfinite()).nonzero().flatten().tolist()
    if bad:
        raise SimulationError(
            f"the updates of rows {', '.join(map(str, bad))} (of {len(updates)}, counted from 0) "
            "hold NaN, infinity or numbers too large to square",
            bad,
        )
    return RoundInputs(updates, counts, norms, generator)


def _check_num_samples(num_samples: Any, m: int) -> torch.Tensor:
    try:
        counts = torch.as_tensor(num_samples)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"num_samples is {num_samples!r}; allowed: {m} numbers > 0") from error
    if counts.dtype == torch.bool or counts.is_complex():
        raise ValueError(f"num_samples is {counts.dtype}; allowed: integers or real numbers > 0")
    if counts.shape != (m,):
        raise ValueError(
            f"num_samples has shape {list(counts.shape)}; allowed: [{m}], one per update"
        )
    counts = counts.to(torch.float64)
    bad = (~((counts > 0) & counts.isfinite())).nonzero().flatten().tolist()
    if bad:
        listed = ", ".join(f"{counts[i].item():g} (row {i})" for i in bad)
        raise ValueError(f"num_samples holds {listed}; allowed: finite numbers > 0")
    return counts
