"""Show a cell's rounds in TensorBoard or Trackio as they come; both packages are optional."""

import contextlib
import os
import sys
import time
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

from edgecase.base.errors import ConfigError
from edgecase.results.live import Follower, Row
from edgecase.results.rounds import TEXT_COLUMNS, columns_of

#: each is the name of its package too.
Tracker = Literal["tensorboard", "trackio"]
TRACKERS: tuple[str, ...] = get_args(Tracker)

_NO_SCALARS = {"fl_iter", "client_norms", *TEXT_COLUMNS}


def require(names: Iterable[str]) -> None:
    """Raise `ConfigError`, naming each tracker whose package is not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ConfigError(
            [
                f"trackers: '{name}' needs the package {name}, which is not installed; "
                f"pip install {name}, or leave it out"
                for name in missing
            ]
        )


def trackers(names: Iterable[str], run: Path, cell: str) -> list[Follower]:
    """The followers of the `cell`, by its folder, which write below the folder of the `run`."""
    makers = {
        "tensorboard": lambda: TensorBoard(run / "tensorboard" / cell),
        "trackio": lambda: Trackio(run / "trackio", run.name, cell),
    }
    return [makers[name]() for name in names]


def scalars(row: Row) -> dict[str, float]:
    """The numbers of a round by their columns, without those that it lacks."""
    return {
        name: float(row[name])
        for name in columns_of(row)
        if name not in _NO_SCALARS and row[name] not in (None, "")
    }


class TensorBoard:
    """Each seed as a run `<folder>/seed<S>`, with a scalar per column."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[int, Any] = {}

    def begin(self, seed: int, rows: Sequence[Row]) -> None:
        folder = self._folder / f"seed{seed}"
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        module = import_module("tensorboard.summary.writer.event_file_writer")
        # A reader waits for these seconds, and a kill loses them.
        self._writers[seed] = module.EventFileWriter(str(folder), flush_secs=1)
        for row in rows:
            self.add(seed, row)

    def add(self, seed: int, row: Row) -> None:
        event = import_module("tensorboard.compat.proto.event_pb2").Event
        summary = import_module("tensorboard.compat.proto.summary_pb2").Summary
        values = [
            summary.Value(tag=name, simple_value=value) for name, value in scalars(row).items()
        ]
        told = event(step=int(row["fl_iter"]), summary=summary(value=values), wall_time=time.time())
        self._writers[seed].add_event(told)

    def end(self) -> None:
        for writer in self._writers.values():
            writer.close()


class Trackio:
    """The cell as a run of the project, with a metric `seed<S>/<column>`, in files below `folder`.

    Nothing is sent anywhere: a Space or a server that the environment names is not used.
    """

    def __init__(self, folder: Path, project: str, name: str) -> None:
        self._folder, self._project, self._name = folder, project, name
        self._run: Any = None

    def begin(self, seed: int, rows: Sequence[Row]) -> None:
        if self._run is None:
            self._run = self._anew()
        for row in rows:
            self.add(seed, row)

    def add(self, seed: int, row: Row) -> None:
        named = {f"seed{seed}/{name}": value for name, value in scalars(row).items()}
        self._run.log(named, step=int(row["fl_iter"]))

    def end(self) -> None:
        if self._run is not None:
            with contextlib.redirect_stdout(sys.stderr):
                import_module("trackio").finish()

    def _anew(self) -> Any:
        """A run without rounds; one of this name, of a process that was killed, is deleted."""
        # Read once, when the package is imported.
        os.environ["TRACKIO_DIR"] = str(self._folder.absolute())
        os.environ["HF_HUB_OFFLINE"] = "1"
        for elsewhere in ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL", "TRACKIO_BUCKET_ID"):
            os.environ.pop(elsewhere, None)
        # It says on standard output where a dashboard would be.
        with contextlib.redirect_stdout(sys.stderr):
            trackio = import_module("trackio")
            # It raises this where nothing of the project is there yet.
            with contextlib.suppress(ValueError):
                for run in trackio.Api().runs(self._project):
                    if run.name == self._name:
                        run.delete()
            return trackio.init(
                self._project,
                name=self._name,
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )
