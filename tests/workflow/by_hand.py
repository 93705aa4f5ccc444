"""A cell's command from its record, to be run by hand with changes."""

import contextlib
import io
import json
import shlex
import signal
import sys
from pathlib import Path
from subprocess import CompletedProcess

import torch

from edgecase.base import command as commands
from scripts import cell


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


def in_this_process(command: list[str], root: Path) -> CompletedProcess:
    """Run a cell's command in `root` where torch is loaded, which takes longer than such a cell.

    The code is that of this project, and not that of the copy in `root`.
    """
    handler, threads, code = signal.getsignal(signal.SIGTERM), torch.get_num_threads(), 0
    said = io.StringIO()
    try:
        with contextlib.chdir(root), contextlib.redirect_stderr(said):
            commands.run(lambda: cell.main(command[2:]))
    except SystemExit as end:
        code = end.code
    finally:
        signal.signal(signal.SIGTERM, handler)
        torch.set_num_threads(threads)
    return CompletedProcess(command, code, stderr=said.getvalue())
