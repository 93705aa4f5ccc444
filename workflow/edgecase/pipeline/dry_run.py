"""Say something at the end of a dry run, for which Snakemake has no place of its own."""

import logging
from collections.abc import Callable, Iterable
from typing import Any


class AtTheEnd(logging.Handler):
    """A handler of Snakemake's logger that logs the lines of `tell` after the jobs are counted.

    Snakemake counts them before it lists them and after, and before alone where `quiet`, the words
    of `--quiet`, hide the list.
    """

    def __init__(
        self, logger: logging.Logger, quiet: set[str], tell: Callable[[], Iterable[str]]
    ) -> None:
        super().__init__()
        self._logger, self._tell = logger, tell
        self._left = 1 if quiet == {"rules", "progress"} else 2

    def emit(self, record: Any) -> None:
        # As in `view`: a member of an enumeration that only Snakemake's own modules need to know.
        if getattr(getattr(record, "event", None), "value", None) != "run_info":
            return
        self._left -= 1
        if self._left == 0:
            for line in self._tell():
                self._logger.warning(line)
