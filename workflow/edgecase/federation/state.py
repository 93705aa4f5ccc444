"""What one seed of a cell has reached, in a file, so that an interrupted run goes on from there.

All random draws derive from (seed, purpose, round, client): the number of the round, the global
model and what the server carries beside it are the whole state.
"""

import hashlib
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from edgecase.base.errors import DataError
from edgecase.federation import checkpoint


@dataclass(frozen=True)
class SeedState:
    """A seed after `round` rounds.

    `parameters` [P] is the global model, and `carried` what the server keeps beside it, such as the
    rule's memory (`server.Carried`); a seed that is done needs neither. `rows` hold (values,
    seconds) of rounds 0 … `round`, and possibly later ones, which do not count. `devices` are those
    that it was trained on. `before`, if it is kept, is the seed at an earlier round.
    """

    round: int
    parameters: torch.Tensor | None
    rows: list[tuple[dict, dict]]
    devices: tuple[str, ...] = ()
    before: "SeedState | None" = None
    carried: Mapping[str, torch.Tensor] = field(default_factory=dict)

    @property
    def reached(self) -> list[tuple[dict, dict]]:
        """(values, seconds) of rounds 0 … `round`."""
        return self.rows[: self.round + 1]


#: what the names of tensors in a file start with
_BEFORE, _CARRIED = "before.", "carried."

#: before round 0
NOT_BEGUN = SeedState(-1, None, [])


def fingerprint(**facts: object) -> str:
    """A digest of everything a seed's numbers depend on; equal facts, equal digests."""
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save(state: SeedState, path: Path, fingerprint: str) -> None:
    """Write `state` to `path` in one step."""
    tensors = _tensors(state, "")
    content = {"round": state.round, "rows": state.reached, "devices": state.devices}
    if state.before:
        content["before"] = state.before.round
        tensors |= _tensors(state.before, _BEFORE)
    checkpoint.write(path, fingerprint, content, tensors)


def load(path: Path, fingerprint: str) -> SeedState | None:
    """The state in `path`; None if there is no such file.

    Raises `DataError`, with the reason, for a file that is cut, altered, or of another run.
    """
    saved = checkpoint.read(path, fingerprint)
    if saved is None:
        return None
    content, tensors = saved
    try:
        rows = [(dict(values), dict(seconds)) for values, seconds in content["rows"]]
        reached, devices = operator.index(content["round"]), tuple(map(str, content["devices"]))
        earlier = content.get("before") and operator.index(content["before"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: its content is no state ({error!r})") from error
    if not 0 <= reached < len(rows) or not -1 <= (earlier or 0) <= reached:
        raise DataError(f"{path}: its content is no state: round {reached} of {len(rows)} rows")
    before = None
    if earlier is not None:
        before = SeedState(earlier, rows=rows, devices=devices, **_models(tensors, _BEFORE))
    return SeedState(reached, rows=rows, devices=devices, before=before, **_models(tensors, ""))


def _tensors(state: SeedState, prefix: str) -> dict[str, torch.Tensor]:
    """The tensors of a state by their names in the file."""
    models = {} if state.parameters is None else {"parameters": state.parameters}
    models |= {f"{_CARRIED}{name}": tensor for name, tensor in state.carried.items()}
    return {f"{prefix}{name}": tensor for name, tensor in models.items()}


def _models(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, Any]:
    """`parameters` and `carried` of a state; the inverse of `_tensors`."""
    carried = f"{prefix}{_CARRIED}"
    return {
        "parameters": tensors.get(f"{prefix}parameters"),
        "carried": {
            name.removeprefix(carried): tensor
            for name, tensor in tensors.items()
            if name.startswith(carried)
        },
    }


def load_or_set_aside(path: Path, fingerprint: str) -> tuple[SeedState | None, str | None]:
    """The state in `path`, or None and why not, the file then kept as `<name>.refused`."""
    try:
        return load(path, fingerprint), None
    except DataError as error:
        checkpoint.set_aside(path)
        return None, str(error)
