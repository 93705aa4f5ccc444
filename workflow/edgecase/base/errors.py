"""The errors a user can meet: each message names what is wrong, its value and what is allowed."""

from collections.abc import Iterable


class EdgecaseError(Exception):
    """Base class of every error this library raises on purpose."""


class ConfigError(EdgecaseError):
    """A configuration or a command line that cannot run; lists every problem found."""

    def __init__(self, problems: list[str] | str):
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class DataError(EdgecaseError):
    """A file that is missing, altered, truncated or refused."""


class SimulationError(EdgecaseError):
    """A round whose numbers break what the algorithm promises.

    `rows` are those of the round's updates that are to blame, where it is some of them.
    """

    def __init__(self, message: str, rows: Iterable[int] = ()):
        self.rows = tuple(rows)
        super().__init__(message)


class ResourceError(EdgecaseError):
    """A job that needs more memory than it may have."""


def shown(value: object) -> str:
    """A value as a message shows it: its beginning alone where all of it would fill a screen."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:40]}… ({len(text)} characters)"
