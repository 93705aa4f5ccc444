"""What counts as a failure of a reader or a command that is given a hostile file."""

import contextlib
import io
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from edgecase import command
from edgecase.errors import EdgecaseError

#: what a reader may take for a file of a few kilobytes: processor time, time by the clock (on a
#: machine that has others to serve), memory.
SECONDS = 10
_WAITING = 120
BYTES = 400 << 20

_TIMERS = {
    signal.SIGPROF: (signal.ITIMER_PROF, SECONDS),
    signal.SIGALRM: (signal.ITIMER_REAL, _WAITING),
}

#: audited events that mean a program runs or the network is reached.
_FORBIDDEN = (
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("subprocess.Popen", "socket.connect", "socket.getaddrinfo", "pickle.find_class"),
    *("os.kill", "os.chmod", "os.symlink", "os.link"),
)
#: audited events that change a file, and how many of their arguments name one.
_CHANGING = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refusal(AssertionError):
    """A file did what no file may do."""


class _Watch:
    """Stops what no file may do, and keeps what it was; an audit hook can never be taken off."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.seen: list[str] = []
        self._installed = False

    def install(self) -> None:
        if not self._installed:
            sys.addaudithook(self._audit)
            self._installed = True

    def _audit(self, event: str, arguments: tuple) -> None:
        if self.folder is None:
            return
        folder = self.folder
        self.folder = None  # what follows is audited too
        try:
            if event in _FORBIDDEN:
                self._see(f"{event} {arguments!r:.200}")
            elif event == "open":
                path, _, flags = arguments
                if isinstance(path, str | bytes) and isinstance(flags, int) and flags & _WRITING:
                    self._see_path(event, path, folder)
            elif event in _CHANGING:
                for path in arguments[: _CHANGING[event]]:
                    self._see_path(event, path, folder)
        finally:
            self.folder = folder

    def _see_path(self, event: str, path: str | bytes, folder: Path) -> None:
        where = os.path.realpath(os.fsdecode(path))
        inside = where == str(folder) or where.startswith(f"{folder}/")
        # Where compiled Python and fonts are kept is not the file's choice.
        if not inside and "__pycache__" not in where and where != os.devnull:
            self._see(f"{event} {where}")

    def _see(self, what: str) -> None:
        self.seen.append(what)
        # Raised before it is done, so that it is not done.
        raise Refusal(what)


_WATCH = _Watch()


@contextlib.contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Raise `Refusal` where the body runs a program, takes too long or too much memory, or writes
    outside `folder`.
    """
    _WATCH.install()
    _WATCH.seen.clear()

    def too_long(_signal: int, _frame: object) -> None:
        raise Refusal(f"took more than {SECONDS} s")

    before = {kind: signal.signal(kind, too_long) for kind in _TIMERS}
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    # Far above what may be taken: a belt for the machine.
    resource.setrlimit(resource.RLIMIT_AS, (_kilobytes("VmSize") * 1024 + 8 * BYTES, hard))
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    taken = _kilobytes("VmRSS")
    for timer, seconds in _TIMERS.values():
        signal.setitimer(timer, seconds)
    _WATCH.folder = folder.resolve()
    try:
        yield
    finally:
        _WATCH.folder = None
        for kind, (timer, _) in _TIMERS.items():
            signal.setitimer(timer, 0)
            signal.signal(kind, before[kind])
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    if _WATCH.seen:
        raise Refusal("; ".join(_WATCH.seen))
    if (grown := (_kilobytes("VmHWM") - taken) * 1024) > BYTES:
        raise Refusal(f"took {grown >> 20} MiB")


def _kilobytes(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def reads_or_refuses(read: Callable[[Path], object], path: Path, folder: Path) -> None:
    """`read(path)` returns, or raises one of this project's errors with a message."""
    with guarded(folder):
        try:
            read(path)
        except EdgecaseError as error:
            if not str(error).strip():
                raise Refusal("refused without a message") from error


def runs_or_refuses(main: Callable[[list[str]], None], arguments: list[str], folder: Path) -> None:
    """The command `main` does its work, or ends with 1 or 2 and with words on standard error."""
    # As a terminal or a log file takes text: one that cannot be written is a crash of `print`.
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", handler) for handler in _HANDLERS)
    code: object = 0
    with (
        guarded(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(folder),
    ):
        try:
            command.run(lambda: main(arguments))
        except SystemExit as error:
            code = error.code or 0
    err.flush()
    said = err.buffer.getvalue().decode("utf-8", "replace")
    if code not in (0, 1, 2):
        raise Refusal(f"ended with {code!r}")
    if code and ("error" not in said or "Traceback" in said):
        raise Refusal(f"ended with {code}, and said: {said or 'nothing'}")


#: how Python's standard output and standard error meet a character they cannot write.
_HANDLERS = ("strict", "backslashreplace")
