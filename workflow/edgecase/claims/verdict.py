"""Judge a claim on what a run measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from edgecase.claims.compare import compare, tail_share
from edgecase.claims.enough import with_enough
from edgecase.claims.measured import Measured
from edgecase.claims.model import FAILS, HOLDS, NO_VERDICT, NOT_RUN, UNDECIDED, Claim, Part
from edgecase.claims.outcome import Outcome, not_run
from edgecase.claims.select import absent, select
from edgecase.results.attacks import unattacked_text
from edgecase.results.cells import Cell


@dataclass(frozen=True)
class Judged:
    """A claim, the task that stands for its role, and what was found."""

    claim: Claim
    task: str
    standin: bool
    verdict: str
    outcomes: tuple[Outcome, ...]


def judge(
    claim: Claim, roles: Mapping, measured: Measured, cells: Sequence[Cell] | None = None
) -> Judged:
    """The verdict on `claim`, from its parts.

    `cells` are those of the run, of which the claim's are selected: where a run has not ended, more
    than are measured.

    *Not run* if a cell is missing or no attacker acted in any of its seeds, else *fails* if a part
    fails, *holds* if all hold, otherwise *undecided*; *no verdict* on stand-in data that were run.
    """
    task = roles[claim.role]["task"] if claim.role in roles else ""
    standin = measured.standin(task)
    why = absent(claim, roles)
    outcomes = []
    for part in claim.parts:
        if why:
            outcomes.append(not_run(part, [why]))
        else:
            outcomes += _judge(part, claim, roles, measured, cells or measured.cells)
    if standin:
        run = [outcome.verdict != NOT_RUN for outcome in outcomes]
        outcomes = [
            replace(outcome, verdict=NO_VERDICT, enough=None) if was_run else outcome
            for outcome, was_run in zip(outcomes, run, strict=True)
        ]
    verdict = combine(outcome.verdict for outcome in outcomes)
    return Judged(claim, task, standin, verdict, tuple(outcomes))


def combine(verdicts: Iterable[str]) -> str:
    """The verdict on a claim whose parts have these verdicts."""
    verdicts = set(verdicts)
    for verdict in (NOT_RUN, NO_VERDICT, FAILS):
        if verdict in verdicts:
            return verdict
    return HOLDS if verdicts == {HOLDS} else UNDECIDED


def _judge(
    part: Part, claim: Claim, roles: Mapping, measured: Measured, run: Sequence[Cell]
) -> list[Outcome]:
    """The outcomes of a part: one, or one per comparison."""
    if part.test == "tail-share":
        return with_enough(partial(tail_share, part, roles[claim.role]["task"]), measured)
    of, against, missing = [], [], []
    for selector, cells in ((part.of, of), (part.against, against)):
        if selector is not None:
            selection = select(selector, claim.role, roles, run)
            cells += selection.cells
            missing += selection.missing
            missing += [cell.folder for cell in selection.cells if cell not in measured.cells]
    if claim.only and not missing:
        missing = [
            f"{cell.folder} with {claim.only.rounds} rounds; it has {measured.rounds(cell)}"
            for cell in dict.fromkeys([*of, *against])
            if measured.rounds(cell) != claim.only.rounds
        ]
    if not missing:
        missing = [
            f"an attack in {cell.folder}: {unattacked_text(measured.unattacked(cell))}"
            for cell in dict.fromkeys([*of, *against])
            if measured.is_unattacked(cell)
        ]
    if missing:
        return [not_run(part, missing)]
    return with_enough(partial(compare, part, of, against), measured)
