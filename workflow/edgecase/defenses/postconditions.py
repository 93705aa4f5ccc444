"""Check that an aggregate keeps the promises that every rule makes, and help rules check theirs."""

from __future__ import annotations

from collections.abc import Iterable

from edgecase.base.errors import SimulationError
from edgecase.base.lazy import torch
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule

#: at most so many coordinates of the update are computed again.
_PROBED = 2**14
#: coordinates that are tested at once.
_PIECE = 2**22
#: coordinates whose range over the clients is found at once.
_RANGED = 2**16
#: relative error allowed on a norm. A sum of P squares is off by at most P·2^-53 of itself, which
#: is 1.1e-9 at P = 10 million, and its root by half of that.
_TOLERANCE = 1e-9


def check_promises(rule: Rule, aggregate: Aggregate, inputs: RoundInputs) -> None:
    """Raise `SimulationError`, with the numbers, if `aggregate` is not what `rule` promises.

    Checks shapes and finite values, of a weighted sum the weights and update = Σ weights ·
    clip_factors · updates + noise (on all coordinates, or on evenly spaced ones if there are more
    than 16,384), then what the rule says of itself.
    """
    try:
        _check_shapes(aggregate, inputs)
        _check_finite(aggregate)
        if rule.weighted_sum:
            coefficients = _check_weights(aggregate, rule.may_refuse_all)
            _check_identity(aggregate, coefficients, inputs)
        rule.check(aggregate, inputs)
    except SimulationError as error:
        raise SimulationError(f"defense {rule.name}: {error}", error.rows) from None


def require(holds: bool | torch.Tensor, message: str, rows: Iterable[int] = ()) -> None:
    """Raise `SimulationError` unless `holds`: the one form of every postcondition."""
    if not holds:
        raise SimulationError(message, rows)


def require_all_accepted(aggregate: Aggregate) -> None:
    refused = _where(~aggregate.accepted)
    require(not refused, f"rows {refused} have weight 0; the rule refuses nobody", refused)


def require_refused(aggregate: Aggregate, expected: int) -> None:
    """Exactly `expected` clients are refused."""
    accepted, m = _where(aggregate.accepted), len(aggregate.accepted)
    require(
        m - len(accepted) == expected,
        f"{m - len(accepted)} of {m} updates are refused and {len(accepted)} accepted; "
        f"the rule refuses {expected} and accepts {m - expected}",
        accepted,
    )


def require_unclipped(aggregate: Aggregate) -> None:
    clipped = _where(_factors(aggregate) != 1)
    require(not clipped, f"rows {clipped} are scaled; the rule scales nobody", clipped)


def _factors(aggregate: Aggregate) -> torch.Tensor:
    if aggregate.clip_factors is None:
        raise SimulationError("clip_factors are missing")
    return aggregate.clip_factors


def require_clipped(aggregate: Aggregate, norms: torch.Tensor, bound: float) -> None:
    """The norms after clipping are those of `norms` [m] cut at `bound`: none above, none below."""
    clipped = norms * _factors(aggregate)
    expected = norms.clamp(max=bound)
    wrong = _where(~((clipped - expected).abs() <= _TOLERANCE * expected))
    listed = ", ".join(f"{norms[i]:.9g} to {clipped[i]:.9g} (row {i})" for i in wrong)
    require(not wrong, f"with norm bound {bound:.9g}, clipping took norms of {listed}", wrong)


def require_no_noise(aggregate: Aggregate) -> None:
    require(aggregate.noise is None, "noise was added; the rule adds none")


def require_within_range(
    aggregate: Aggregate, updates: torch.Tensor, among: torch.Tensor | None = None
) -> None:
    """Each coordinate of the update lies between the smallest and the largest that was sent, by
    the clients `among` [m] or by all."""
    rows = range(len(updates)) if among is None else _where(among)
    found: list[tuple[int, str]] = []
    for first in range(0, updates.shape[1], _RANGED):
        part = slice(first, first + _RANGED)
        low, high = updates[rows[0], part].clone(), updates[rows[0], part].clone()
        for row in rows[1:]:
            torch.minimum(low, updates[row, part], out=low)
            torch.maximum(high, updates[row, part], out=high)
        step = aggregate.update[part]
        outside = (step < low) | (step > high)
        if outside.any():
            found += [
                (first + i, f"{step[i]:.9g}, of {low[i]:.9g} to {high[i]:.9g}")
                for i in _where(outside)
            ]
    listed = "".join(f"; coordinate {i} is {text}" for i, text in found[:3])
    require(not found, f"{len(found)} coordinates lie outside of what was sent{listed}")


def _check_shapes(aggregate: Aggregate, inputs: RoundInputs) -> None:
    m, parameters = inputs.updates.shape
    expected = {
        "update": (parameters,),
        "noise": (parameters,),
        "accepted": (m,),
        "weights": (m,),
        "clip_factors": (m,),
        "buffers": (inputs.buffers.shape[1],),
    }
    for field, shape in expected.items():
        if (values := getattr(aggregate, field)) is not None:
            given = tuple(values.shape)
            require(given == shape, f"{field} has shape {list(given)} instead of {list(shape)}")


def _check_finite(aggregate: Aggregate) -> None:
    fields = ("update", "weights", "clip_factors", "noise", "buffers")
    named = {field: getattr(aggregate, field) for field in fields}
    named |= {f"memory {key}": values for key, values in aggregate.memory.items()}
    for field, values in named.items():
        if values is not None:
            kind = type(values).__name__
            require(isinstance(values, torch.Tensor), f"{field} is a {kind}, not a tensor")
            # torch's count of them takes twice the memory of its argument.
            pieces = values.flatten().split(_PIECE)
            bad = sum(int((~piece.isfinite()).sum()) for piece in pieces if not all_finite(piece))
            by_row = bad and field in ("weights", "clip_factors")
            rows = _where(~values.isfinite()) if by_row else ()
            text = f"{bad} of {values.numel()} values of {field} are NaN or infinite"
            require(bad == 0, text, rows)


def all_finite(values: torch.Tensor) -> bool:
    """Whether all are; NaN and infinity show in the extremes, which are found in one read."""
    return values.numel() == 0 or all(end.isfinite() for end in values.aminmax())


def _check_weights(aggregate: Aggregate, may_refuse_all: bool) -> torch.Tensor:
    """What each update is multiplied by, if the weights and the clip factors are allowed.

    They sum to 1, or to 0 of a rule that may refuse everybody.
    """
    weights, factors = aggregate.weights, aggregate.clip_factors
    if weights is None or factors is None:
        raise SimulationError("weights and clip_factors are missing")
    lowest, total = weights.min().item(), weights.sum().item()
    require(lowest >= 0, f"the lowest weight is {lowest:g}; allowed: >= 0", _where(weights < 0))
    nobody = may_refuse_all and total == 0
    require(abs(total - 1) <= 1e-9 or nobody, f"the weights sum to {total:.12g} instead of 1")
    differ = _where(aggregate.accepted != (weights > 0))
    require(not differ, f"rows {differ} are accepted without weight, or refused with it", differ)
    low, high = factors.min().item(), factors.max().item()
    require(
        low >= 0 and high <= 1,
        f"clip factors span {low:g} to {high:g}; allowed: 0 to 1",
        _where((factors < 0) | (factors > 1)),
    )
    return weights * factors


def _where(wrong: torch.Tensor) -> list[int]:
    return wrong.nonzero().flatten().tolist()


def probe_step(size: int) -> int:
    """Of [size] coordinates, every how many-th is computed again."""
    return -(-size // _PROBED)


def _check_identity(aggregate: Aggregate, coefficients: torch.Tensor, inputs: RoundInputs) -> None:
    """The rule sums in float64 and rounds once, to the update's dtype: an error of at most half an
    eps of Σ |terms|, or of a subnormal step. 4 eps also covers another order of summation."""
    step = probe_step(inputs.updates.shape[1])
    probe = inputs.probed(step).to(torch.float64)
    expected = (coefficients[:, None] * probe).sum(dim=0)
    magnitude = (coefficients[:, None] * probe).abs().sum(dim=0)
    if aggregate.noise is not None:
        noise = aggregate.noise[::step].to(torch.float64)
        expected, magnitude = expected + noise, magnitude + noise.abs()
    given = aggregate.update[::step].to(torch.float64)
    limits = torch.finfo(aggregate.update.dtype)
    excess = (given - expected).abs() - (4 * limits.eps * magnitude + limits.tiny)
    worst = int(excess.argmax())
    require(
        excess[worst] <= 0,
        f"coordinate {worst * step} of the update is {given[worst].item():.9g}; "
        f"Σ weights · clip_factors · updates + noise is {expected[worst].item():.9g}",
    )
