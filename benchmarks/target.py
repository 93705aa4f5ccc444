"""What a benchmark measures beside a target, in the form that all of them share."""

import argparse
import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """A quantity of `what` in every turn, and its target: at least that, or `at_most`.

    The quantity is how many times as fast this project is as `beside`, or has a `unit`.
    """

    what: str
    beside: str
    turns: list[float]
    target: float
    unit: str = ""
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether the median of the turns reaches the target."""
        median = statistics.median(self.turns)
        return median <= self.target if self.at_most else median >= self.target


def add_option(parser: argparse.ArgumentParser) -> None:
    """Give a benchmark the option that `benchmarks.targets` calls it with."""
    parser.add_argument("--measured", type=Path, help="file that gets what has a target, as JSON")


def write(path: Path | None, measured: Iterable[Measured]) -> None:
    """Write what was measured to `path`, if there is one."""
    if path is not None:
        path.write_text(json.dumps([asdict(one) for one in measured]))


def read(path: Path) -> list[Measured]:
    """The inverse of `write`."""
    return [Measured(**one) for one in json.loads(path.read_text())]


def to_markdown(measured: Iterable[Measured]) -> str:
    """A table with the median of the turns and their range."""
    lines = ["| what | beside | measured | target | reached |", "|---|---|---|---|---|"]
    for one in measured:
        least, median, most = min(one.turns), statistics.median(one.turns), max(one.turns)
        spread = "" if len(one.turns) == 1 else f" ({least:.2f} to {most:.2f})"
        unit = f" {one.unit}" if one.unit else ""
        limit = f"at {'most' if one.at_most else 'least'} {one.target:.3g}{unit}"
        shown = f"{median:.2f}{unit}{spread}"
        lines.append(
            f"| {one.what} | {one.beside} | {shown} | {limit} | {'yes' if one.reached else 'no'} |"
        )
    return "\n".join(lines)
