"""What is shown of a run while it runs: Snakemake's own events go in, text comes out."""

import io
import logging
import re

import pytest
from snakemake.logging import ColorizingTextHandler
from snakemake.settings.enums import Quietness
from snakemake.settings.types import OutputSettings
from snakemake_interface_logger_plugins.common import LogEvent

from edgecase.pipeline.time_left import TimeLeft
from edgecase.pipeline.view import RunView, attach


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Run:
    """A run of two cells and a figure, told event by event at times that the test says."""

    def __init__(self, stream, quiet=(), on_cluster=False):
        self.now, self.stream = 0.0, stream
        self.view = RunView(set(quiet), on_cluster, stream, clock=lambda: self.now)
        self.logger = logging.Logger("made-up")
        self.logger.addHandler(self.view)

    def tell(self, event, text=None, level=logging.INFO, **about):
        self.logger.log(level, text, extra={"event": event, **about})

    def begin(self, job, rule, **wildcards):
        self.tell(LogEvent.JOB_INFO, "a job", jobid=job, rule_name=rule, wildcards=wildcards)

    def end(self, job, done):
        self.tell(LogEvent.JOB_FINISHED, "it ended", job_id=job)
        self.tell(LogEvent.PROGRESS, done=done, total=4)

    def whole(self):
        self.logger.info("Building DAG of jobs...")
        self.tell(
            LogEvent.RUN_INFO, "a table", stats={"cell": 2, "figure": 1, "all": 1, "total": 4}
        )
        self.begin(1, "cell", task="mnist", defense="krum")
        self.logger.info("Select jobs to execute...")
        self.now = 60.0
        self.end(1, 1)
        self.begin(2, "cell", task="mnist", defense="no-defense")
        self.now = 90.0
        self.logger.warning("a warning")
        self.now = 130.0
        self.end(2, 2)
        self.begin(3, "figure", figure="fig3")
        self.end(3, 3)
        self.end(4, 4)
        self.view.close()
        return self.stream.getvalue()


def test_a_file_gets_a_line_per_result():
    lines = Run(io.StringIO()).whole().splitlines()
    assert lines[0] == "4 jobs, 2 of them cells"
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in lines[1:]] == [
        "cell mnist krum: done in 1 min 0 s (1 of 4 jobs, 1 of 2 cells, 1 min 0 s, "
        "about 1 min 0 s left)",
        "a warning",
        "cell mnist no-defense: done in 1 min 10 s (2 of 4 jobs, 2 of 2 cells, 2 min 10 s)",
        "figure fig3: done (3 of 4 jobs, 2 of 2 cells, 2 min 10 s)",
    ]


def test_a_terminal_gets_one_line_that_moves(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    written = Run(Terminal()).whole()
    # As a terminal shows lines: what follows the last carriage return and erasing stands.
    assert [line.rpartition("\r\x1b[K")[2] for line in written.split("\n")] == [
        "4 jobs, 2 of them cells",
        "a warning",
        "4 of 4 jobs, 2 of 2 cells, 2 min 10 s",
        "",
    ]
    states = written.split("\r\x1b[K")
    assert "0 of 4 jobs, 0 of 2 cells, 0 s, time left unknown" in states
    assert "1 of 4 jobs, 1 of 2 cells, 1 min 30 s, about 30 s left" in states


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (60.0, "about 1 min 0 s left"),
        (100.0, "about 20 s left"),
        (119.9, "some seconds left"),
        (121.0, "time left unknown"),
    ],
)
def test_the_last_cell_is_not_counted_down_to_nothing(now, shown):
    run = Run(io.StringIO())
    run.tell(LogEvent.RUN_INFO, "a table", stats={"cell": 2, "total": 2})
    run.begin(1, "cell", task="mnist")
    run.now = 60.0
    run.end(1, 1)
    run.begin(2, "cell", task="mnist")
    run.now = now
    assert run.view.state().endswith(f", {shown}")


@pytest.mark.parametrize(
    ("quiet", "shown"),
    [
        (
            {"progress"},
            [
                "cell mnist krum: done in 1 min 0 s",
                "a warning",
                "cell mnist no-defense: done in 1 min 10 s",
                "figure fig3: done",
            ],
        ),
        ({"rules"}, ["4 jobs, 2 of them cells", "a warning"]),
        ({"rules", "progress"}, ["a warning"]),
        ({"all"}, []),
    ],
)
def test_quiet_is_heeded(quiet, shown):
    lines = Run(io.StringIO(), quiet).whole().splitlines()
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in lines] == shown


def test_a_failed_job_is_shown_once_by_its_log(tmp_path):
    (tmp_path / "log").write_text("error: why\n")
    run = Run(io.StringIO(), quiet={"rules"})
    job = {"rule_name": "cell", "output": ["cell.json"], "log": [str(tmp_path / "log")]}
    told = f"Error in rule cell, which makes cell.json:\n    error: why\nIts log: {tmp_path}/log\n"
    failed = "RuleException:\nCalledProcessError in file x:\nCommand 'python x' returned 1."
    run.tell(LogEvent.ERROR, failed, logging.ERROR, exception="RuleException")
    run.tell(LogEvent.JOB_ERROR, "an error", logging.ERROR, jobid=1, **job)
    assert run.stream.getvalue() == told
    group = {"aux_logs": [], "job_error_info": [job, job]}
    run.tell(LogEvent.GROUP_ERROR, "two errors", logging.ERROR, **group)
    assert run.stream.getvalue() == told * 3
    run.tell(LogEvent.ERROR, "WorkflowError:\nanother", logging.ERROR, exception="WorkflowError")
    assert run.stream.getvalue().endswith("WorkflowError:\nanother\n")


def test_cells_at_once_halve_the_time_left():
    cells = TimeLeft(6)
    for cell in "ab":
        cells.begin(cell, 0.0)
    assert cells.estimate(5.0) is None
    for cell, following in zip("ab", "cd", strict=True):
        cells.end(cell, 10.0)
        cells.begin(following, 10.0)
    # Two of ten seconds run at once, two wait.
    assert cells.estimate(10.0) == pytest.approx(20.0)
    assert cells.estimate(15.0) == pytest.approx(15.0)


def test_nothing_is_said_of_cells_that_take_longer_than_all_before():
    cells = TimeLeft(2)
    cells.begin("a", 0.0)
    cells.end("a", 10.0)
    cells.begin("b", 10.0)
    assert cells.estimate(19.0) == pytest.approx(1.0)
    assert cells.estimate(21.0) is None
    cells.fail("b")
    assert cells.estimate(21.0) == pytest.approx(21.0)


def test_a_queue_is_no_work():
    cells = TimeLeft(10, waiting_counts=True)
    for cell in range(10):
        cells.begin(cell, 0.0)
    cells.end(0, 10.0)
    assert cells.estimate(10.0) == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("asked", "replaced"), [({}, True), ({"verbose": True}, False), ({"dryrun": True}, False)]
)
def test_what_snakemake_writes_itself_stays_where_it_is_asked_for(asked, replaced):
    logger, own = logging.Logger("made-up"), ColorizingTextHandler()
    own.name = "DefaultStreamHandler"
    logger.addHandler(own)
    attach(logger, OutputSettings(quiet={Quietness.HOST}, **asked), on_cluster=False)
    assert [isinstance(handler, RunView) for handler in logger.handlers] == [replaced]
    logger = logging.Logger("another logger was chosen")
    attach(logger, OutputSettings(**asked), on_cluster=False)
    assert not logger.handlers
