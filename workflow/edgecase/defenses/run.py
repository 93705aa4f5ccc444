"""Run a rule on the updates of a round, and hold its aggregate to what the rule promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.base.lazy import torch
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule
from edgecase.defenses.distances import row_norms, weighted_sum
from edgecase.defenses.postconditions import all_finite, check_promises


def run(
    rule: Rule,
    updates: torch.Tensor,
    num_samples: Any,
    *,
    client_ids: Sequence[int] | None = None,
    buffers: torch.Tensor | None = None,
    **others: Any,
) -> Aggregate:
    """The aggregate of `updates` [m, P] (w_i − w_t) under `rule`, held to what the rule promises.

    num_samples [m]: what each client counts in the average, above 0. The other arguments are those
    of `RoundInputs`. No input is modified and no global generator touched. Sums, norms and
    distances are in float64; the update is float64 for float64 updates and float32 for all others.
    Ties go to the lowest index.

    Raises `ConfigError` for too few clients; `ValueError` for arrays of a wrong type or shape, for
    sample counts that are not above 0 and for a client that comes twice; `SimulationError` for NaN,
    infinity, an update whose norm, squared, leaves float64, and a broken promise.
    """
    with torch.no_grad():
        _check_kind(updates)
        m, size = updates.shape
        check_model(others.get("global_model"), size)
        counts = torch.as_tensor(num_samples, dtype=torch.float64, device=updates.device)
        inputs = RoundInputs(
            updates=updates,
            num_samples=checked_counts(counts, m),
            norms=check_norms(row_norms(updates)),
            client_ids=checked_ids(client_ids, m),
            buffers=updates.new_zeros(m, 0) if buffers is None else buffers,
            **others,
        )
        return run_inputs(rule, inputs)


def run_inputs(rule: Rule, inputs: RoundInputs) -> Aggregate:
    """The aggregate of checked `inputs`, held to what the rule promises."""
    m = len(inputs.num_samples)
    if m < rule.minimum_clients():
        raise ConfigError(
            f"{rule.name}: a round of {m} clients; allowed: at least {rule.minimum_clients()}"
        )
    result = rule.aggregate(inputs)
    if not isinstance(result, Aggregate):
        raise TypeError(
            f"{rule.name}: aggregate gives a {type(result).__name__}; it has to give an "
            "Aggregate (`combine`, `whole`)"
        )
    if result.buffers is None:
        result = replace(result, buffers=average_buffers(inputs, result.accepted))
    check_promises(rule, result, inputs)
    return result


def average_buffers(inputs: RoundInputs, accepted: torch.Tensor) -> torch.Tensor | None:
    """The average [B] by sample count over the accepted clients; None if there is none.

    No rule clips buffers or adds noise to them: a variance must stay above 0.
    """
    if not accepted.any():
        return None
    return weighted_sum(inputs.buffers, inputs.shares_of(accepted)).to(inputs.buffers.dtype)


def _check_kind(updates: torch.Tensor) -> None:
    if not isinstance(updates, torch.Tensor):
        raise ValueError(f"updates are a {type(updates).__name__}; allowed: a torch.Tensor [m, P]")
    if not updates.is_floating_point() or updates.ndim != 2 or 0 in updates.shape:
        raise ValueError(
            f"updates are {updates.dtype} {list(updates.shape)}; allowed: floating-point [m, P]"
        )


def check_model(model: torch.Tensor | None, size: int) -> None:
    """`ValueError` for a global model that is not [size], `SimulationError` for NaN or infinity."""
    if model is None:
        return
    if model.shape != (size,):
        raise ValueError(f"global_model is {list(model.shape)}; allowed: [{size}], as updates")
    if not all_finite(model):
        raise SimulationError("global_model holds NaN or infinity")


def checked_ids(client_ids: Sequence[int] | None, m: int) -> tuple[int, ...]:
    """`client_ids`, by default 0 to m − 1, if they are m different ones; else `ValueError`."""
    ids = tuple(range(m) if client_ids is None else client_ids)
    if len(set(ids)) != len(ids) or len(ids) != m:
        raise ValueError(f"client_ids are {list(ids)}; allowed: {m} different ones")
    return ids


def check_norms(norms: torch.Tensor) -> torch.Tensor:
    """`norms` [m], if their squares fit float64; else `SimulationError` with the rows."""
    # Twice the largest norm bounds every pairwise distance, whose square must fit float64 too.
    bad = (~(2 * norms).square().isfinite()).nonzero().flatten().tolist()
    if bad:
        raise SimulationError(
            f"the updates of rows {', '.join(map(str, bad))} (of {len(norms)}, counted from 0) "
            "hold NaN, infinity or numbers too large to square",
            bad,
        )
    return norms


def checked_counts(counts: torch.Tensor, m: int) -> torch.Tensor:
    """`counts` [m], if they are finite and above 0; else `ValueError`."""
    if counts.shape != (m,) or not ((counts > 0) & counts.isfinite()).all():
        raise ValueError(f"num_samples is {counts.tolist()}; allowed: {m} finite numbers > 0")
    return counts
