"""Give jobs places on the GPUs of one machine: so many on a device, the least busy device first.

A place is a lock on a file (flock), held by the job's own process: it is free again as soon as the
job has ended, in whatever way, and all runs of one user on a machine share the places. The files
say nothing and stay.
"""

import fcntl
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from edgecase.base.errors import ConfigError

_POLL_S = 0.5


def become(command: Sequence[str], devices: Sequence[str], slots: int) -> NoReturn:
    """Turn this process into `command`, which sees one of `devices` and holds one of its `slots`.

    Waits for a free slot, and says so on standard error. `devices` are named as in
    CUDA_VISIBLE_DEVICES. No process stays in between, so signals and the exit code are the
    command's own.
    """
    device, lock = _wait(_folder(), devices, slots)
    os.set_inheritable(lock, True)
    os.environ["CUDA_VISIBLE_DEVICES"] = device
    os.execvp(command[0], list(command))


def _folder() -> Path:
    """The folder of the lock files: the user's own, on this machine, and of this allocation."""
    # The jobs of two SLURM allocations have no device in common, though both may call theirs 0.
    names = ["edgecase-gpus", str(os.getuid()), os.environ.get("SLURM_JOB_ID")]
    folder = Path(tempfile.gettempdir(), "-".join(filter(None, names)))
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.lstat().st_uid != os.getuid():
        raise ConfigError(f"{folder}: belongs to somebody else; set TMPDIR to another folder")
    return folder


def _wait(folder: Path, devices: Sequence[str], slots: int) -> tuple[str, int]:
    """A device and the open lock of a slot on it, as soon as there is one."""
    taken = _take(folder, devices, slots)
    if taken is None:
        where = ", ".join(devices)
        print(f"waiting for a GPU: {slots} jobs run on each of these: {where}", file=sys.stderr)
    while taken is None:
        time.sleep(_POLL_S)
        taken = _take(folder, devices, slots)
    return taken


def _take(folder: Path, devices: Sequence[str], slots: int) -> tuple[str, int] | None:
    """A slot of the device with the most free ones, the first of equals; None if none is free."""
    with (folder / "choice").open("w") as choice:
        # One at a time: the locks that are tried here would look taken to another.
        fcntl.flock(choice, fcntl.LOCK_EX)
        free = {device: _free(folder, device, slots) for device in devices}
        device = max(devices, key=lambda name: len(free[name]))
        lock = free[device].pop(0) if free[device] else None
        for other in itertools.chain(*free.values()):
            os.close(other)
    if lock is None:
        return None
    # Temporary folders are cleared of files that look old, with whatever lock is on them.
    os.utime(lock)
    return device, lock


def _free(folder: Path, device: str, slots: int) -> list[int]:
    """The open locks of a device's free slots."""
    locks = []
    for slot in range(slots):
        lock = os.open(folder / f"{quote(device, safe='')}.{slot}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        locks.append(lock)
    return locks
