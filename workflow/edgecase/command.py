"""What every command-line script shares: one clear error line, and checked JSON arguments."""

import argparse
import json
import sys
from collections.abc import Callable

from edgecase.errors import EdgecaseError


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`; an error a user can mend is printed without a traceback, exit 1."""
    try:
        main()
    except (EdgecaseError, OSError) as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        raise SystemExit(1) from None


def json_object(text: str) -> dict:
    """An argparse type: a JSON object."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON ({error}): {text}") from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"not a JSON object: {text}")
    return value
