"""What every command-line script shares: one clear error line, and checked JSON arguments."""

import argparse
import json
import sys
from collections.abc import Callable

from edgecase.documents import plain_problem
from edgecase.errors import EdgecaseError


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; an error a user can mend is printed without a traceback, exit 1."""
    try:
        main()
    # Arguments that are no UTF-8 are text until it is to be written.
    except (EdgecaseError, OSError, UnicodeEncodeError, MemoryError) as error:
        told = f"out of memory {error}" if isinstance(error, MemoryError) else str(error)
        for line in told.splitlines():
            print(f"error: {line}", file=sys.stderr)
        raise SystemExit(1) from None


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
