"""Write the table of claims into the README and the site's first page, from what runs found."""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import config
from edgecase.base import command
from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.claims.model import FAILS, HOLDS
from edgecase.population.participation import FixedFrequency, parse

#: the columns: task of the paper → task of the small run
_TASKS = {"1": "cifar10-southwest", "2": "mnist-ardis", "4": "sent140-lanthimos"}
_BEGIN = "<!-- from docs/small.md and docs/evidence.md by `make reference` -->"
_END = "<!-- end -->"
#: the head of a run's claims on tasks 1 and 2, and of those of the small run on task 4.
_CLAIMS, _WORDS = "| claim | task | verdict | measured |", "| claim | verdict | measured | cause |"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--small",
        type=Path,
        nargs="+",
        default=[Path("docs/small.md"), Path("docs/small-words.md")],
    )
    parser.add_argument("--medium", type=Path, default=Path("docs/evidence.md"))
    parser.add_argument(
        "--config",
        type=Path,
        nargs=2,
        default=[Path("config/small.yaml"), Path("config/medium.yaml")],
    )
    parser.add_argument(
        "--pages", type=Path, nargs="+", default=[Path("README.md"), Path("docs/index.md")]
    )
    arguments = parser.parse_args(argv)

    small = "\n".join(page.read_text(encoding="utf-8") for page in arguments.small)
    medium = arguments.medium.read_text(encoding="utf-8")
    runs = [config.load(*arguments.config[:count]) for count in (1, 2)]
    table = result(small, medium, *runs)
    for page in arguments.pages:
        text = filled(page.read_text(encoding="utf-8"), table)
        with atomic_path(page) as temporary:
            temporary.write_text(text, encoding="utf-8")


def filled(text: str, table: str) -> str:
    """The page with `table` between its marks. Raises `DataError` for a page without them."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise DataError(f"the page has no place for the table, between {_BEGIN} and {_END}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def result(small: str, medium: str, small_run: dict, medium_run: dict) -> str:
    """How many verdicts there are of each, then the table.

    Its first lines are the scales, each other a claim with its verdict and numbers on each task: of
    the medium run, marked so, where it has any, and else of the small one.
    """
    verdicts: dict[str, dict[str, str]] = {}
    for run, page in (("", small), ("medium", medium)):
        claim = ""
        for cells in _rows(page, _CLAIMS):
            claim = cells[0] or claim
            told = f"**{cells[2]}** {cells[3]}"
            verdicts.setdefault(claim, {})[cells[1]] = f"{told} (*{run}*)" if run else told
    for cells in _rows(small, _WORDS):
        verdicts.setdefault(cells[0], {})["4"] = f"**{cells[1]}** {cells[2]}"
    words = [re.match(r"\*\*(.+?)\*\*", text) for own in verdicts.values() for text in own.values()]
    count = Counter(word[1] for word in words if word)
    lines = [
        f"Of {count.total()} verdicts, {count[HOLDS]} hold, {count[FAILS]} fail and "
        f"{count['undecided']} are undecided.",
        "",
        "| claim | " + " | ".join(f"task {number}" for number in _TASKS) + " |",
        "|---|" + "---|" * len(_TASKS),
        "| *scale* | " + " | ".join(_scale(small_run, task) for task in _TASKS.values()) + " |",
        "| *medium* | " + " | ".join(_longer(medium_run, task) for task in _TASKS.values()) + " |",
    ]
    for name, own in verdicts.items():
        lines.append(f"| {name} | " + " | ".join(own.get(n, "–") for n in _TASKS) + " |")
    return "\n".join(lines)


def _rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table that begins with `head`. Raises `DataError` if there is none."""
    found = re.search(rf"(?m)^{re.escape(head)}\n\|[-|]+\|\n((?:\|.*\|\n)+)", text)
    if not found:
        raise DataError(f"no page of the run has a table with the columns {head}")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


def _scale(run: dict, task: str) -> str:
    """Clients, rounds, attacks and width of a task in the run."""
    own = run["tasks"][task]
    return (
        f"{own['num_clients']} clients, {own['clients_per_round']} a round, {own['rounds']} "
        f"rounds, {_attacks(run, task)} attacks, width {own['model']['width']:g}, "
        f"{len(run['seeds'])} seeds"
    )


def _longer(run: dict, task: str) -> str:
    """Rounds and attacks of a task in the medium run, if its claims are about it."""
    if not any(task in block["tasks"] for blocks in run["figures"].values() for block in blocks):
        return "–"
    rounds = run["tasks"][task]["rounds"]
    return f"{rounds} rounds, {_attacks(run, task)} attacks, from three seeds on"


def _attacks(run: dict, task: str) -> int:
    mode = parse(run["claims"][_role(run, task)]["participation"])
    assert isinstance(mode, FixedFrequency)
    return -(-run["tasks"][task]["rounds"] // mode.period)


def _role(run: dict, task: str) -> str:
    claims = run["claims"]
    return next(r for r in claims if r != "sigma_override" and claims[r]["task"] == task)


if __name__ == "__main__":
    command.run(main)
