"""What must hold for every aggregate; what one defense promises stands beside its rule."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.defenses import registry
from edgecase.defenses.base import Aggregate

#: at most so many coordinates of the update are computed again.
_PROBED = 2**14


def check_postconditions(
    name: str, aggregate: Aggregate, updates: torch.Tensor, params: Mapping[str, Any]
) -> None:
    """Raise `SimulationError`, with the numbers, if `aggregate` is not what `name` promises.

    updates [m, P] and params: as given to `edgecase.defenses.aggregate`. Checks shapes, finite
    values, weights that sum to 1, update = Σ weights · clip_factors · updates + noise (on all
    coordinates, or on evenly spaced ones if there are more than 16,384), then the defense's own
    postcondition.
    Raises `ConfigError` for an unknown name or refused parameters.
    """
    defense = registry.find(name)
    if problems := registry.validate(name, params):
        raise ConfigError(problems)
    with torch.no_grad():
        try:
            _check_shapes(aggregate, updates)
            _check_values(aggregate)
            _check_identity(aggregate, updates)
            defense.load_postcondition()(aggregate, updates, **defense.complete(params))
        except SimulationError as error:
            raise SimulationError(f"defense {defense.name}: {error}", error.rows) from None


def require(holds: bool | torch.Tensor, message: str, rows: Iterable[int] = ()) -> None:
    """Raise `SimulationError` unless `holds`: the one form of every postcondition."""
    if not holds:
        raise SimulationError(message, rows)


def require_all_accepted(aggregate: Aggregate) -> None:
    refused = _where(aggregate.weights == 0)
    require(not refused, f"rows {refused} have weight 0; the rule refuses nobody", refused)


def require_unclipped(aggregate: Aggregate) -> None:
    clipped = _where(aggregate.clip_factors != 1)
    require(not clipped, f"rows {clipped} are scaled; the rule scales nobody", clipped)


def require_no_noise(aggregate: Aggregate) -> None:
    require(aggregate.noise is None, "noise was added; the rule adds none")


def _check_shapes(aggregate: Aggregate, updates: torch.Tensor) -> None:
    m, parameters = updates.shape
    expected = {"update": (parameters,), "weights": (m,), "clip_factors": (m,)}
    if aggregate.noise is not None:
        expected["noise"] = (parameters,)
    for field, shape in expected.items():
        given = tuple(getattr(aggregate, field).shape)
        require(given == shape, f"{field} has shape {list(given)} instead of {list(shape)}")


def _check_values(aggregate: Aggregate) -> None:
    for field in ("update", "weights", "clip_factors", "noise"):
        values = getattr(aggregate, field)
        if values is not None:
            wrong = ~values.isfinite()
            bad = int(wrong.sum())
            rows = _where(wrong) if bad and field in ("weights", "clip_factors") else ()
            text = f"{bad} of {values.numel()} values of {field} are NaN or infinite"
            require(bad == 0, text, rows)
    weights, factors = aggregate.weights, aggregate.clip_factors
    lowest, total = weights.min().item(), weights.sum().item()
    require(lowest >= 0, f"the lowest weight is {lowest:g}; allowed: >= 0", _where(weights < 0))
    require(abs(total - 1) <= 1e-9, f"the weights sum to {total:.12g} instead of 1")
    low, high = factors.min().item(), factors.max().item()
    require(
        low >= 0 and high <= 1,
        f"clip factors span {low:g} to {high:g}; allowed: 0 to 1",
        _where((factors < 0) | (factors > 1)),
    )


def _where(wrong: torch.Tensor) -> list[int]:
    return wrong.nonzero().flatten().tolist()


def _check_identity(aggregate: Aggregate, updates: torch.Tensor) -> None:
    """The rule sums in float64 and rounds once, to the update's dtype: an error of at most half an
    eps of Σ |terms|, or of a subnormal step. 4 eps also covers another order of summation."""
    step = -(-updates.shape[1] // _PROBED)
    probe = updates[:, ::step].to(torch.float64)
    coefficients = aggregate.weights * aggregate.clip_factors
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
