"""Show a run while it runs: one line that moves on a terminal, a line per result in a file."""

import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

from edgecase.base.durations import duration
from edgecase.pipeline.failures import failure
from edgecase.pipeline.time_left import TimeLeft

#: the name of the handler by which Snakemake writes to standard error.
_ITS_OWN = "DefaultStreamHandler"
#: jobs whose end is worth a line: those that a run is for.
_RESULTS = ("cell", "figure", "density_figure", "montage", "verdict_figure")
#: what Snakemake says in every run, and what it says of every job.
_ALWAYS = (
    *("Building DAG of jobs", "Using shell:", "Assuming unrestricted shared"),
    *("Conda environments:", "Singularity containers:", "Adding ", "Loading script"),
)
#: seconds left below which their number says more than is known.
_FEW = 10.0
#: how it begins to say that a job's command has failed.
_COMMAND_FAILED = "RuleException:\nCalledProcessError"
#: of all that it says while jobs run, what is worth reading.
_WHILE_RUNNING = ("Trying to restart", "Terminating", "Will exit after", "Complete log")


def attach(logger: logging.Logger, settings: Any, on_cluster: bool) -> None:
    """Have the run shown by a `RunView` in place of Snakemake's lines on standard error.

    Those stay where a dry run, `--verbose`, `--printshellcmds` or `--debug-dag` asks for them, and
    another logger where `--logger` names one. The file in .snakemake/log stays always. `settings`
    are Snakemake's for output, and `on_cluster` says whether jobs wait in a queue.
    """
    if settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag:
        return
    for handler in [handler for handler in logger.handlers if handler.name == _ITS_OWN]:
        logger.removeHandler(handler)
        quiet = {about.name.lower() for about in settings.quiet or ()}
        logger.addHandler(RunView(quiet, on_cluster))


class RunView(logging.Handler):
    """A handler of Snakemake's logger.

    `quiet` holds words of `--quiet`: without "progress" there is a line for the whole run, and
    without "rules" one for each result in a file; "all" leaves nothing. The line is written anew
    every second on a terminal.
    """

    def __init__(
        self,
        quiet: set[str],
        on_cluster: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._quiet, self._on_cluster = quiet, on_cluster
        self._stream, self._clock = stream or sys.stderr, clock
        self._moves = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._started = clock()
        self._jobs: dict[int, Any] = {}
        self._done = self._total = 0
        self._cells: TimeLeft | None = None
        self._ended = threading.Event()

    def emit(self, record: Any) -> None:
        # Snakemake's events are members of an enumeration that only its own modules need to know,
        # and bring what they tell as attributes of the record.
        event = getattr(getattr(record, "event", None), "value", None)
        if "all" in self._quiet:
            return
        try:
            tell = getattr(self, f"_{event}", None)
            if tell is not None:
                tell(record)
            elif self._is_worth_reading(record, event):
                self._write(record.getMessage())
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Leave the last state of the line on the terminal."""
        if not self._ended.is_set():
            self._ended.set()
            if self._line_shown:
                self._stream.write("\n")
                self._stream.flush()
        super().close()

    def state(self) -> str:
        """How far the run is.

        As "12 of 37 jobs, 4 of 12 cells, 3 min 10 s, about 6 min left".
        """
        cells, now = self._cells, self._clock()
        parts = [f"{self._done} of {self._total} jobs"]
        if cells is not None and cells.total:
            parts.append(f"{cells.done} of {cells.total} cells")
        parts.append(duration(now - self._started))
        if cells is not None and cells.done < cells.total:
            # The cells' alone: figures and pages take seconds.
            parts.append(_time_left(cells.estimate(now)))
        return ", ".join(parts)

    @property
    def _line_shown(self) -> bool:
        return self._moves and self._cells is not None and "progress" not in self._quiet

    def _is_worth_reading(self, record: logging.LogRecord, event: str | None) -> bool:
        if record.levelno >= logging.WARNING:
            # A failed job is shown by its log; its exception repeats the whole command.
            return not record.getMessage().startswith(_COMMAND_FAILED)
        text = record.getMessage()
        if event == "resources_info":
            return text.startswith("Provided") and "progress" not in self._quiet
        if event is not None or not text or text == "None":
            return False
        if self._cells is not None:
            return text.startswith(_WHILE_RUNNING)
        return not text.startswith(_ALWAYS)

    def _run_info(self, record: Any) -> None:
        self._total, cells = record.stats["total"], record.stats.get("cell", 0)
        self._cells = TimeLeft(cells, waiting_counts=self._on_cluster)
        if "progress" not in self._quiet:
            self._write(f"{self._total} jobs" + (f", {cells} of them cells" if cells else ""))
        if self._line_shown:
            threading.Thread(target=self._tick, daemon=True).start()

    def _job_info(self, record: Any) -> None:
        self._jobs[record.jobid] = record
        if record.rule_name == "cell" and self._cells is not None:
            self._cells.begin(record.jobid, self._clock())

    def _job_finished(self, record: Any) -> None:
        job = self._jobs.pop(record.job_id, None)
        if job is None:
            return
        took = ""
        if job.rule_name == "cell" and self._cells is not None:
            took = f" in {duration(self._cells.end(record.job_id, self._clock()))}"
        self._done += 1
        if job.rule_name in _RESULTS and not self._moves and "rules" not in self._quiet:
            name = " ".join([job.rule_name, *map(str, job.wildcards.values())])
            after = "" if "progress" in self._quiet else f" ({self.state()})"
            self._write(f"{time.strftime('%H:%M:%S')} {name}: done{took}{after}")

    def _progress(self, record: Any) -> None:
        self._done, self._total = record.done, record.total
        self._redraw()

    def _job_error(self, record: Any) -> None:
        if self._cells is not None:
            self._cells.fail(record.jobid)
        self._write(failure(record.rule_name, record.output, record.log))

    def _group_error(self, record: Any) -> None:
        for job in record.job_error_info:
            logs = [*job["log"], *record.aux_logs]
            self._write(failure(job["rule_name"], job["output"], logs))

    def _tick(self) -> None:
        while not self._ended.wait(1.0):
            self.acquire()
            try:
                self._redraw()
            finally:
                self.release()

    def _write(self, text: str) -> None:
        """Write lines that stay, above the one that moves."""
        clear = "\r\033[K" if self._line_shown else ""
        self._stream.write(f"{clear}{text}\n")
        self._redraw()
        self._stream.flush()

    def _redraw(self) -> None:
        if self._line_shown and not self._ended.is_set():
            width = shutil.get_terminal_size().columns
            self._stream.write(f"\r\033[K{self.state()[: width - 1]}")
            self._stream.flush()


def _time_left(seconds: float | None) -> str:
    # A running cell need not take as long as the others did: no countdown to 0.
    if seconds is None:
        return "time left unknown"
    return "some seconds left" if seconds < _FEW else f"about {duration(seconds)} left"
