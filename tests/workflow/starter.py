"""Start Snakemake over and over in one loaded process, as `python -m snakemake` in a folder.

Its imports take longer than most of what the tests ask of it, and so do those of its plugins and of
the libraries that the rules use. Each line read is a JSON list of the folder, the file for both
outputs, the environment and the arguments; the exit code is written back. Every run is a process of
its own, forked before any source of the project is imported.
"""

import gc
import json
import os
import sys
from importlib import import_module

from snakemake.cli import get_argument_parser, main


def become(root: str, output: str, environment: dict[str, str], arguments: list[str]) -> None:
    """Make this process the one that runs Snakemake."""
    os.chdir(root)
    for path, flags, descriptors in (
        (os.devnull, os.O_RDONLY, (0,)),
        (output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, (1, 2)),
    ):
        opened = os.open(path, flags, 0o644)
        for descriptor in descriptors:
            os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ |= environment
    sys.argv = ["snakemake", *arguments]
    sys.path[0] = root
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment


get_argument_parser()  # finds the plugins and imports them
for name in ("jsonschema", "numpy", "PIL.ImageDraw", "pooch", "smart_open", "threadpoolctl"):
    import_module(name)
gc.collect()
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        become(*json.loads(line))
        main()
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
