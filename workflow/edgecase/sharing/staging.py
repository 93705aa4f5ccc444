"""Gather files from elsewhere in a folder first, then put them in their places together."""

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable
from pathlib import Path

from edgecase.base.files import atomic_path


@contextlib.contextmanager
def staging(project: Path) -> Generator[Path]:
    """An empty folder below `project`, gone at the end, whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=project) as folder:
        yield Path(folder)


def place(folder: Path, project: Path, files: Iterable[Path], also: Iterable[Path] = ()) -> None:
    """Put `files` of `folder` in their places below `project`, in this order, each in one step.

    All of them, and the files `also` that are there, get one and the same time. So none is newer
    than what was made from it, and Snakemake takes all for up to date.
    """
    now = time.time()
    for file in files:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        os.utime(folder / file, (now, now))
        try:
            (folder / file).replace(project / file)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # `results` may be a link to another disk.
            with atomic_path(project / file) as temporary:
                shutil.copy2(folder / file, temporary)
    for file in also:
        os.utime(project / file, (now, now))
