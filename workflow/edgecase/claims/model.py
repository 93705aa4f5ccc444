"""Define a claim, its parts and its selectors."""

from collections.abc import Mapping
from dataclasses import dataclass

from edgecase.claims.region import Region

#: the words for an attack; each is a test of its own (`words`).
WORDS = ("passes", "stopped", "creeps-in")

#: what a run's configuration fills: the tasks that stand for the paper's, and an override.
ROLES = ("task1", "task2", "task3", "task4", "task5")
SIGMA = "sigma_override"
#: stands for that override in a selector.
PLACEHOLDER = f"<{SIGMA}>"

#: tests of several cells → the least number of them.
SEVERAL = {"ordering": 2, "trend": 3}

#: verdicts of a part and of a claim.
HOLDS = "holds"
FAILS = "fails"
UNDECIDED = "undecided at this noise"
NOT_RUN = "not run"
#: what was measured is shown, and says nothing about the paper: its data are stand-ins.
NO_VERDICT = "no verdict"
VERDICTS = (HOLDS, FAILS, UNDECIDED, NO_VERDICT, NOT_RUN)


@dataclass(frozen=True)
class Selector:
    """Which cells a part reads: patterns per axis; the task is that of the claim's role.

    `axes` maps participation, case, attack, defense and override to patterns, in order; a missing
    participation is the role's. `pick` makes one value of several cells: the `best`, or the `first`
    or `last` cell. `fewest` is the least number of cells. `quantity` replaces the part's.
    """

    axes: Mapping[str, tuple[str, ...]]
    pick: str | None = None
    fewest: int = 1
    quantity: str | None = None


@dataclass(frozen=True)
class Part:
    """One test. `than` is the second quantity of a difference of differences."""

    name: str
    test: str
    quantity: str | None = None
    of: Selector | None = None
    against: Selector | None = None
    than: str | None = None
    group: str | None = None
    direction: str | None = None
    region: Region | None = None


@dataclass(frozen=True)
class Only:
    """The one task, participation and number of rounds that a claim can be judged on."""

    task: str
    participation: str
    rounds: int

    def __str__(self) -> str:
        return f"{self.task}, {self.participation}, {self.rounds} rounds"


@dataclass(frozen=True)
class Claim:
    """One claim on one task; `role` is the paper's task, which a run's configuration fills.

    `sure` says how sure the reported value is or, without one, what the paper claims.
    """

    id: str
    figure: str
    role: str
    statement: str
    sure: str
    reported: str
    only: Only | None
    parts: tuple[Part, ...]


def is_pattern(text: str) -> bool:
    """Whether `text` is a shell pattern rather than a name."""
    return any(sign in text for sign in "*?[")
