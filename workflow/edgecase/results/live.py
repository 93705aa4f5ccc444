"""Hand on the rounds of a cell's seeds while they come, to a CSV file that grows."""

import contextlib
import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from edgecase.results.rounds import columns_of, csv_line

Row = Mapping[str, Any]


class Follower(Protocol):
    """Whoever is told of the rounds of a cell. What it does changes no number."""

    def begin(self, seed: int, rows: Sequence[Row]) -> None:
        """`seed` goes on behind `rows`, its rounds so far; what was told of it before is void."""
        ...

    def add(self, seed: int, row: Row) -> None:
        """A round of `seed` ended."""
        ...

    def end(self) -> None:
        """No round comes any more in this process."""
        ...


class Followers:
    """Several that are told at once, as a context; one that fails is told no more.

    The cell goes on without it, and `report` is told why.
    """

    def __init__(self, followers: Sequence[Follower], report: Callable[[str], None]) -> None:
        self._followers, self._report = list(followers), report

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tell(lambda follower: follower.end())

    def begin(self, seed: int, rows: Sequence[Row]) -> None:
        self._tell(lambda follower: follower.begin(seed, rows))

    def add(self, seed: int, row: Row) -> None:
        self._tell(lambda follower: follower.add(seed, row))

    def _tell(self, what: Callable[[Follower], None]) -> None:
        for follower in list(self._followers):
            try:
                what(follower)
            # Hours of training are worth more than a view of them, whatever is wrong with it.
            except Exception as error:
                self._followers.remove(follower)
                self._report(f"{type(follower).__name__} stops, the cell goes on: {error}")


class LiveRows:
    """The rounds of each seed in `<folder>/seed<S>.live.csv`, with the columns of its final CSV."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = contextlib.ExitStack()
        self._handles: dict[int, Any] = {}

    def begin(self, seed: int, rows: Sequence[Row]) -> None:
        path = self._folder / f"seed{seed}.live.csv"
        handle = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
        self._handles[seed] = handle
        if rows:
            self._write(seed, rows)

    def add(self, seed: int, row: Row) -> None:
        self._write(seed, [row])

    def end(self) -> None:
        self._files.close()

    def _write(self, seed: int, rows: Sequence[Row]) -> None:
        """Append rows, below the names of the columns if they are the first.

        They are in the file at once: a line costs microseconds, a round far more.
        """
        handle, columns = self._handles[seed], columns_of(rows[0])
        head = "" if handle.tell() else csv_line(columns)
        handle.write(head + "".join(csv_line([row[name] for name in columns]) for row in rows))
        handle.flush()


def rows_of(path: Path) -> list[Row]:
    """The rounds in a seed's CSV, as text."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def clear(folder: Path) -> None:
    """Remove the files of `LiveRows`: the cell's own hold all of it."""
    for path in folder.glob("seed*.live.csv"):
        path.unlink(missing_ok=True)
