"""Import libraries once for many scripts of a run: each script runs in a fork of this process.

`forked.py` asks for one. Standard input is the run's lifeline: when it closes, no script is taken
any more, and the server ends with the last one that runs.
"""

import argparse
import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import selectors
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

#: Snakemake sets them for each job, and libraries read them when they are imported.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True, type=Path, help="in a folder of its own")
    parser.add_argument("--libraries", nargs="*", default=[], help="modules to import")
    arguments = parser.parse_args(argv)
    # The folder of this script holds names that a library may mean otherwise.
    del sys.path[0]
    for name in arguments.libraries:
        if select.select([sys.stdin], [], [], 0)[0]:
            break
        # What is missing is a script's to tell.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    # Memory that the collector leaves alone stays shared.
    gc.freeze()
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            # Not before the libraries are there: scripts that come early need not wait for them.
            listener.bind(str(arguments.socket))
            listener.listen(128)
            Server(listener).serve()
    finally:
        shutil.rmtree(arguments.socket.parent, ignore_errors=True)


class Server:
    """Take scripts from a socket, and tell who asked for one how it ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._events = selectors.DefaultSelector()
        #: who asked → the script's process, and what tells of its end
        self._running: dict[socket.socket, tuple[int, int]] = {}

    def serve(self) -> None:
        """Until standard input is closed and no script runs."""
        self._events.register(sys.stdin, selectors.EVENT_READ, self._close)
        self._events.register(self._listener, selectors.EVENT_READ, self._accept)
        while self._events.get_map():
            for key, _ in self._events.select():
                # What came before may have ended what this is about.
                if self._events.get_map().get(key.fd) == key:
                    key.data()

    def _close(self) -> None:
        self._events.unregister(sys.stdin)
        self._events.unregister(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        head, streams, _, _ = socket.recv_fds(client, 8, 3)
        try:
            asked = json.loads(_read(client, int.from_bytes(head, "big")))
            same = all(asked["environ"].get(name) == os.environ.get(name) for name in _THREADS)
            if same and _is_new():
                self._start(client, streams, asked)
                return
        # Gone before it had said what it wants, or no more processes are allowed.
        except (ValueError, OSError):
            pass
        finally:
            for stream in streams:
                os.close(stream)
        # It runs in a process of its own.
        client.close()

    def _start(self, client: socket.socket, streams: list[int], asked: dict[str, Any]) -> None:
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            for other, (_, watch) in self._running.items():
                other.close()
                os.close(watch)
            client.close()
            self._listener.close()
            self._events.close()
            become(**asked)
        watch = os.pidfd_open(process)
        self._running[client] = process, watch
        self._events.register(client, selectors.EVENT_READ, lambda: self._signal(client))
        self._events.register(watch, selectors.EVENT_READ, lambda: self._end(client))
        with contextlib.suppress(OSError):
            client.send(b"+")

    def _signal(self, client: socket.socket) -> None:
        """Pass signals on; if who asked is gone, end the script."""
        process, _ = self._running[client]
        try:
            numbers = client.recv(16)
        except OSError:
            numbers = b""
        for number in numbers or [signal.SIGKILL]:
            os.kill(process, number)
        if not numbers:
            self._events.unregister(client)

    def _end(self, client: socket.socket) -> None:
        process, watch = self._running.pop(client)
        _, status = os.waitpid(process, 0)
        with contextlib.suppress(OSError):
            client.send(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
        with contextlib.suppress(KeyError):
            self._events.unregister(client)
        client.close()
        self._events.unregister(watch)
        os.close(watch)


def become(argv: list[str], cwd: str, environ: dict[str, str]) -> NoReturn:
    """Do in this process what `python <argv>` does in the folder `cwd`, and end it."""
    code = 1
    try:
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environ)
        script = Path(argv[0]).resolve()
        sys.argv = argv
        sys.path.insert(0, str(script.parent))
        runpy.run_path(str(script), run_name="__main__")
        code = 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            code = end.code or 0
        else:
            print(end.code, file=sys.stderr)
    except BaseException as error:
        own = error.__traceback__
        while own and own.tb_frame.f_code.co_filename in (__file__, "<frozen runpy>"):
            own = own.tb_next
        sys.excepthook(type(error), error.with_traceback(own), own)
    finally:
        # As an interpreter ends, but for taking the libraries apart.
        with contextlib.suppress(BaseException):
            threading._shutdown()  # ty: ignore[missing-attribute]
            atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code & 0xFF)


def _read(client: socket.socket, length: int) -> bytes:
    """The next `length` bytes, or what there is of them."""
    body = bytearray()
    while len(body) < length and (part := client.recv(length - len(body))):
        body += part
    return bytes(body)


def _is_new() -> bool:
    """Whether a fork of this process is as good as a new one: no library has started a thread."""
    return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1


if __name__ == "__main__":
    main()
