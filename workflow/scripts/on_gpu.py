"""Run a command on the least busy GPU of this machine, where at most so many run at once."""

import argparse
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.machine import gpu_slots
from edgecase.machine import gpus as machine


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--slots-per-gpu", required=True, type=_count, help="commands on one GPU at once"
    )
    parser.add_argument("command", nargs="+", help="the command, after --")
    arguments = parser.parse_args(argv)
    if shutil.which(arguments.command[0]) is None:
        parser.error(f"there is no command '{arguments.command[0]}'")
    devices = machine.gpus()
    # One device that is set is the command's own: a scheduler may call each job's device 0. And
    # where none is found the command tells, or finds one.
    if len(devices) > ("CUDA_VISIBLE_DEVICES" in os.environ):
        gpu_slots.become(arguments.command, devices, arguments.slots_per_gpu)
    os.execvp(arguments.command[0], arguments.command)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


if __name__ == "__main__":
    command.run(main)
