"""Say what is wrong with many files in a few lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

#: how many names a message has before "and … more"
NAMES = 10


def named(names: Sequence[str]) -> str:
    """The first `NAMES` of `names` as a list in words, and how many more there are."""
    text = ", ".join(names[:NAMES])
    more = len(names) - NAMES
    return f"{text} and {more} more" if more > 0 else text


def grouped(folder: str | Path, reasons: Mapping[str, str]) -> str:
    """A line per reason of `reasons` (path → why it cannot be used), with the paths it holds for.

    The paths keep their order; reasons come in the order of their first path.
    """
    groups: dict[str, list[str]] = {}
    for path, reason in reasons.items():
        groups.setdefault(reason, []).append(path)
    return "\n".join(
        f"{folder}: {len(paths)} {'file' if len(paths) == 1 else 'files'} cannot be used, "
        f"{reason}: {named(paths)}; convert or remove {'it' if len(paths) == 1 else 'them'}"
        for reason, paths in groups.items()
    )
