"""Hold a cell still in the middle, for the tests of SLURM: imported by every Python that starts.

`EDGECASE_TEST_HOLD` is a JSON object, state file → marker. The process that is about to write such
a file a third time, after the state of round 1 then, writes its id and SLURM's variables as JSON to
the marker and stops itself (SIGSTOP), unless the marker is there: a later attempt passes.
"""

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

MARKERS = json.loads(os.environ.get("EDGECASE_TEST_HOLD", "{}"))
WRITTEN = Counter()


def hold(event, arguments):
    """An audit hook, called before a file takes its place."""
    if event != "os.rename":
        return
    path = str(Path(os.fsdecode(arguments[1])).absolute())
    if path not in MARKERS or (marker := Path(MARKERS[path])).exists():
        return
    WRITTEN[path] += 1
    if WRITTEN[path] == 3:
        told = {name: value for name, value in os.environ.items() if name.startswith("SLURM_")}
        part = marker.with_suffix(".part")
        part.write_text(json.dumps(told | {"pid": os.getpid()}))
        part.rename(marker)
        os.kill(os.getpid(), signal.SIGSTOP)


if MARKERS:
    sys.addaudithook(hold)
