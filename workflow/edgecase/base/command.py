"""Share what every script does: one clear line at a bad end, checked JSON arguments."""

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Generator
from typing import NoReturn

from edgecase.base.documents import plain_problem
from edgecase.base.errors import EdgecaseError


class Terminated(BaseException):
    """SIGTERM, which a scheduler sends before it kills."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`, and print one line, no traceback, where the user can mend its end.

    An error exits with 1, SIGTERM with 143 and Ctrl-C with 130, each after `main` has tidied up.
    """
    signal.signal(signal.SIGTERM, _terminate)
    try:
        main()
    # Arguments that are no UTF-8 are text until it is to be written.
    except (EdgecaseError, OSError, UnicodeEncodeError, MemoryError) as error:
        told = f"out of memory {error}" if isinstance(error, MemoryError) else str(error)
        for line in told.splitlines():
            print(f"error: {line}", file=sys.stderr)
        raise SystemExit(1) from None
    except Terminated:
        _stopped("terminated", signal.SIGTERM)
    except KeyboardInterrupt:
        _stopped("interrupted", signal.SIGINT)


class Held:
    """SIGTERM and Ctrl-C, held back until `release`."""

    def __init__(self) -> None:
        self._came: signal.Signals | None = None
        self._handlers = {
            number: signal.signal(number, self._keep) for number in (signal.SIGTERM, signal.SIGINT)
        }

    @property
    def came(self) -> bool:
        """Whether one of them has come."""
        return self._came is not None

    def release(self) -> None:
        """From here on they take effect at once, and so does the one that has come."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        came, self._came = self._came, None
        if came is not None:
            signal.raise_signal(came)

    def _keep(self, number: int, frame: object) -> None:
        self._came = signal.Signals(number)


@contextlib.contextmanager
def held_back() -> Generator[Held]:
    """A block that SIGTERM and Ctrl-C do not break off: they wait for its end or for `release`."""
    held = Held()
    try:
        yield held
    finally:
        held.release()


def _terminate(number: int, frame: object) -> NoReturn:
    # A second one must not disturb the tidying up.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated


def _stopped(how: str, by: signal.Signals) -> NoReturn:
    print(f"{how}: the same command goes on from what is saved", file=sys.stderr)
    raise SystemExit(128 + by) from None


def positive(text: str) -> int:
    """An argparse type: a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


def json_object(text: str) -> dict:
    """An argparse type: a JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"not JSON ({error}): {text[:1000]}") from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"not a JSON object: {text[:1000]}")
    if problem := plain_problem(value):
        raise argparse.ArgumentTypeError(f"the JSON {problem}")
    return value
