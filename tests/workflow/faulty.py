"""Faults of a machine for the processes of a test, root's own among them."""

import ctypes
import json
import shlex
import sys

_DROP_FROM_BOUNDING_SET, _OVERRIDES = 24, (1, 2)


def obey_permissions() -> None:
    """For `preexec_fn`: permission bits hold for the process, even if it is root's.

    Drops CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH; a user who is not root has neither.
    """
    for capability in _OVERRIDES:
        ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


def cell_again(root, cell, out, *options, **parameters) -> list[str]:
    """The command of a finished cell of the project in `root`, for other parameters and folder."""
    record = json.loads((root / cell / "cell.json").read_text())
    command = shlex.split(record["command"])
    command[0] = sys.executable
    command[command.index("--out") + 1] = str(out)
    place = command.index("--parameters") + 1
    command[place] = json.dumps(json.loads(command[place]) | parameters)
    return [*command, *options]
