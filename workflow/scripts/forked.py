"""Run a script in a fork of the run's fork server, or in a process of its own where there is none.

    python -IS workflow/scripts/forked.py workflow/scripts/figure.py --name fig4 …

Its exit status, output and signals are the script's, and the script ends when this process does.
The server is at `EDGECASE_FORKSERVER`. As every job starts so, little is imported here.
"""

import json
import os
import signal
import socket
import sys


def main() -> None:
    command = sys.argv[1:]
    passed_on = (signal.SIGTERM, signal.SIGINT)
    # Until there is somebody to pass them on to, they wait.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(os.environ["EDGECASE_FORKSERVER"])
            own = {"argv": command, "cwd": os.getcwd(), "environ": dict(os.environ)}  # noqa: PTH109
            told = json.dumps(own)
            socket.send_fds(server, [len(told).to_bytes(8, "big")], [0, 1, 2])
            server.sendall(told.encode("ascii"))
            accepted = server.recv(1)
        except (KeyError, OSError):
            accepted = b""
        if not accepted:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.execvp("python", ["python", *command])
        for number in passed_on:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda number, frame: server.send(bytes([number])))
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        status = server.recv(4, socket.MSG_WAITALL)
    if len(status) < 4:
        sys.exit(f"error: the run's fork server ended before {command[0]} did")
    code = int.from_bytes(status, "big", signed=True)
    if code < 0:
        # Ended by a signal, and so is this.
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main()
