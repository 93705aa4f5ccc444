"""What one seed of a cell has reached, in a file, so that an interrupted run goes on from there.

All random draws derive from (seed, purpose, round, client), and no defense or participation keeps
anything between rounds: the global model and the number of the round are the whole state.
"""

import hashlib
import json
import operator
from dataclasses import dataclass
from pathlib import Path

import torch

from edgecase.base.errors import DataError
from edgecase.federation import checkpoint


@dataclass(frozen=True)
class SeedState:
    """A seed after `round` rounds.

    `parameters` [P] is the global model; a seed that is done needs none. `rows` hold (values,
    seconds) of rounds 0 … `round`, and possibly later ones, which do not count. `devices` are those
    that it was trained on. `before`, if it is kept, is the seed at an earlier round.
    """

    round: int
    parameters: torch.Tensor | None
    rows: list[tuple[dict, dict]]
    devices: tuple[str, ...] = ()
    before: "SeedState | None" = None

    @property
    def reached(self) -> list[tuple[dict, dict]]:
        """(values, seconds) of rounds 0 … `round`."""
        return self.rows[: self.round + 1]


#: before round 0
NOT_BEGUN = SeedState(-1, None, [])


def fingerprint(**facts: object) -> str:
    """A digest of everything a seed's numbers depend on; equal facts, equal digests."""
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save(state: SeedState, path: Path, fingerprint: str) -> None:
    """Write `state` to `path` in one step."""
    models = {"parameters": state.parameters, "before": state.before and state.before.parameters}
    tensors = {name: model for name, model in models.items() if model is not None}
    content = {"round": state.round, "rows": state.reached, "devices": state.devices}
    if state.before:
        content["before"] = state.before.round
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
        before = SeedState(earlier, tensors.get("before"), rows, devices)
    return SeedState(reached, tensors.get("parameters"), rows, devices, before)


def load_or_set_aside(path: Path, fingerprint: str) -> tuple[SeedState | None, str | None]:
    """The state in `path`, or None and why not, the file then kept as `<name>.refused`."""
    try:
        return load(path, fingerprint), None
    except DataError as error:
        checkpoint.set_aside(path)
        return None, str(error)
