"""Show what a failed job said: its name, the place of its log, and the log's end."""

from collections.abc import Sequence
from pathlib import Path

#: lines of a job's log that are shown: all of a message, the end of a long history.
_MOST_LINES = 30


def failure(rule: str, outputs: Sequence[str], logs: Sequence[str]) -> str:
    """The job that failed, by its rule and first output, and the end of its `logs`.

    >>> print(failure("cell", ["results/cell.json"], []))
    Error in rule cell, which makes results/cell.json:
        it has left no message; was it killed, for the memory it took?
    """
    makes = f", which makes {outputs[0]}" if outputs else ""
    lines = [line for log in logs for line in _end(Path(log))]
    lines = lines or ["it has left no message; was it killed, for the memory it took?"]
    where = [f"Its log: {', '.join(logs)}"] if logs else []
    return "\n".join([f"Error in rule {rule}{makes}:", *(f"    {line}" for line in lines), *where])


def _end(log: Path) -> list[str]:
    """The last lines of a log, and how many are above them; none if it is empty or missing."""
    try:
        text = log.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return []
    # Of a progress bar, which overwrites itself, the last state.
    lines = [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]
    lines = [line for line in lines if line.strip()]
    hidden = len(lines) - _MOST_LINES
    above = [f"({hidden} more lines above these)"] if hidden > 0 else []
    return above + lines[-_MOST_LINES:]
