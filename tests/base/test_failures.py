"""What is shown of a failed job."""

import logging
from enum import Enum

from edgecase.base.failures import Failures, failure


def test_the_end_of_a_log_is_shown(tmp_path):
    log = tmp_path / "download.log"
    log.write_text("".join(f"line {n}\n" for n in range(40)) + "10%\r50%\r\nerror: no route\n\n")
    first, above, *lines = failure("download", ["raw"], [str(log)]).splitlines()
    assert first == "Error in rule download, which makes raw:"
    assert above == f"    (12 more lines above these in {log})"
    assert lines[0] == "    line 12"
    assert lines[-3:] == ["    line 39", "    50%", "    error: no route"]


def test_a_job_without_a_message_is_told_as_such(tmp_path):
    (tmp_path / "empty.log").touch()
    for logs in ([], [str(tmp_path / "absent.log")], [str(tmp_path / "empty.log")]):
        assert "it has left no message" in failure("cell", ["cell.json"], logs)


class Event(Enum):
    JOB_INFO, JOB_ERROR, GROUP_ERROR = "job_info", "job_error", "group_error"


def test_only_errors_are_shown(tmp_path, capsys):
    (tmp_path / "log").write_text("error: why\n")
    logger = logging.getLogger("made-up")
    logger.propagate = False
    logger.addHandler(Failures())
    job = {"rule_name": "cell", "output": ["cell.json"], "log": [str(tmp_path / "log")]}
    logger.error("a job", extra={"event": Event.JOB_INFO, **job})
    logger.error("something else")
    assert capsys.readouterr().err == ""
    logger.error("an error", extra={"event": Event.JOB_ERROR, **job})
    told = "Error in rule cell, which makes cell.json:\n    error: why\n"
    assert capsys.readouterr().err == told
    group = {"event": Event.GROUP_ERROR, "aux_logs": [], "job_error_info": [job, job]}
    logger.error("two errors", extra=group)
    assert capsys.readouterr().err == told + told
