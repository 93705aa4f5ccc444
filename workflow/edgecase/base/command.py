"""What every command-line script shares: one clear line at a bad end, checked JSON arguments."""

import argparse
import json
import signal
import sys
from collections.abc import Callable
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


def _terminate(number: int, frame: object) -> NoReturn:
    # A second one must not disturb the tidying up.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated


def _stopped(how: str, by: signal.Signals) -> NoReturn:
    print(f"{how}: the same command goes on from what is saved", file=sys.stderr)
    raise SystemExit(128 + by) from None


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
