"""A cell's command from its record, to be run by hand with changes."""

import json
import shlex
import sys
from pathlib import Path


def by_hand(record: Path, out: Path, *options: str, backend: str = "", **parameters) -> list[str]:
    """The command in `record` (cell.json), into the folder `out`, with `parameters` changed."""
    arguments = shlex.split(json.loads(record.read_text())["command"])
    arguments[0] = sys.executable
    arguments[arguments.index("--out") + 1] = str(out)
    place = arguments.index("--parameters") + 1
    arguments[place] = json.dumps(json.loads(arguments[place]) | parameters)
    if backend:
        arguments[arguments.index("--backend", place) + 1] = backend
    return [*arguments, *options]
