"""Check earlier builds of this project out of its history, to time them beside this one."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: the build that the targets compare with.
BEFORE = "df20ec2"
_ROOT = Path(__file__).parents[1]


@contextlib.contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit.

    Raises `SystemExit` with git's message where there is no such commit, as in a shallow clone.
    """
    with tempfile.TemporaryDirectory() as folder:
        _git("worktree", "add", "--quiet", "--detach", folder, commit)
        try:
            yield Path(folder)
        finally:
            _git("worktree", "remove", "--force", folder)


def head() -> str:
    """The commit that is checked out here, shortened."""
    return _git("rev-parse", "--short", "HEAD").strip()


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
