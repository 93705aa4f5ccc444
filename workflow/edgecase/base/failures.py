"""Show what a failed job said, also where Snakemake is told to be quiet about jobs.

`--quiet rules` hides each job as it starts, which nobody wants to see, and each error too.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: lines of a job's log that are shown: all of a message, the end of a long history.
_MOST_LINES = 30


class Failures(logging.Handler):
    """A handler of Snakemake's logger that writes the end of each failed job's log."""

    def emit(self, record: Any) -> None:
        # Snakemake's events are members of an enumeration that only its own modules need to know,
        # and bring what they tell as attributes of the record.
        event = getattr(getattr(record, "event", None), "value", None)
        if event == "job_error":
            print(failure(record.rule_name, record.output, record.log), file=sys.stderr)
        elif event == "group_error":
            for job in record.job_error_info:
                logs = [*job["log"], *record.aux_logs]
                print(failure(job["rule_name"], job["output"], logs), file=sys.stderr)


def failure(rule: str, outputs: Sequence[str], logs: Sequence[str]) -> str:
    """The job that failed, by its rule and first output, and the end of its `logs`.

    >>> print(failure("cell", ["results/cell.json"], []))
    Error in rule cell, which makes results/cell.json:
        it has left no message; was it killed, for the memory it took?
    """
    makes = f", which makes {outputs[0]}" if outputs else ""
    lines = [line for log in logs for line in _end(Path(log))]
    lines = lines or ["it has left no message; was it killed, for the memory it took?"]
    return "\n".join([f"Error in rule {rule}{makes}:", *(f"    {line}" for line in lines)])


def _end(log: Path) -> list[str]:
    """The last lines of a log, and where the others are; none if it is empty or missing."""
    try:
        text = log.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return []
    # Of a progress bar, which overwrites itself, the last state.
    lines = [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]
    lines = [line for line in lines if line.strip()]
    hidden = len(lines) - _MOST_LINES
    above = [f"({hidden} more lines above these in {log})"] if hidden > 0 else []
    return above + lines[-_MOST_LINES:]
