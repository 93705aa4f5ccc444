"""Save the training of a starting model now and then, and resume it after an interruption.

All its random draws depend on the sample's place in the training, so the number of SGD steps, the
parameters and the momentum's buffer are the whole state.
"""

import operator
import time
from collections.abc import Callable
from pathlib import Path

from edgecase.base import command
from edgecase.base.errors import DataError
from edgecase.base.progress import Meter
from edgecase.federation import checkpoint
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Begun
from edgecase.federation.parameters import Recipe
from edgecase.federation.pretrain import pretrain, steps_per_epoch
from edgecase.federation.task import TaskData


class SavedTraining:
    """A training whose state is in the file `path`, as of the run with this `fingerprint`.

    `begun` is what the file holds, None if there is none. A file that does not fit is set aside,
    and `report` is told why.
    """

    def __init__(
        self, path: Path, fingerprint: str, save_every_s: float, report: Callable[[str], None]
    ) -> None:
        self._path, self._fingerprint, self._every_s = path, fingerprint, save_every_s
        self._due = time.monotonic() + save_every_s
        self.begun: Begun | None = None
        try:
            self.begun = _load(path, fingerprint)
        except DataError as error:
            checkpoint.set_aside(path)
            report(f"{error}; the training starts anew")

    def after_step(self, now: Begun, *, at_once: bool = False) -> None:
        """Save `now` if it is time, or `at_once`."""
        if at_once or time.monotonic() >= self._due:
            self.save(now)

    def save(self, now: Begun) -> None:
        """Write the state `now`."""
        tensors = {"parameters": now.parameters}
        if now.velocity is not None:
            tensors["velocity"] = now.velocity
        if now.buffers is not None and now.buffers.numel():
            tensors["buffers"] = now.buffers
        checkpoint.write(self._path, self._fingerprint, {"steps": now.steps}, tensors)
        self._due = time.monotonic() + self._every_s


def pretrain_on(
    model: FlatModel,
    data: TaskData,
    recipe: Recipe,
    precision: str,
    saved: SavedTraining | None,
    report: Callable[[str], None],
) -> None:
    """Train `model` by `pretrain` from where `saved` is, and show how far it is."""
    per_epoch, epochs = steps_per_epoch(data, recipe), recipe.epochs
    begun = saved.begun if saved else None
    if begun:
        report(f"goes on after step {begun.steps} of {epochs * per_epoch}")
    with (
        Meter(epochs * per_epoch, begun.steps if begun else 0, "steps") as meter,
        # To break off a step would leave neither the state before nor the one after it.
        command.held_back() as held,
    ):

        def after_step(now: Begun) -> None:
            meter.show(now.steps, f"epoch {-(-now.steps // per_epoch)}/{epochs}")
            if saved:
                saved.after_step(now, at_once=held.came)
            if held.came:
                held.release()

        pretrain(model, data, recipe, precision, begun=begun, after_step=after_step)
    if saved:
        saved.save(Begun(epochs * per_epoch, model.parameters, None, model.buffers))


def _load(path: Path, fingerprint: str) -> Begun | None:
    saved = checkpoint.read(path, fingerprint)
    if saved is None:
        return None
    content, tensors = saved
    try:
        return Begun(
            operator.index(content["steps"]),
            tensors["parameters"],
            tensors.get("velocity"),
            tensors.get("buffers"),
        )
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: its content is no state ({error!r})") from error
