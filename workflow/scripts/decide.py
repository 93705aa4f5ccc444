"""Add seeds to the cells of undecided claims until each is decided or the hours are spent."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pandas as pd

from edgecase import claims, config
from edgecase.analysis.summary import measures_of
from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.base.files import atomic_path
from edgecase.base.names import unknown_name
from edgecase.claims import looks
from edgecase.claims.looks import Ahead
from edgecase.claims.table import measured_text, tabulate
from edgecase.claims.verdict import judge
from edgecase.plan.estimate import duration, hours, remaining
from edgecase.plan.speed import Machine, calibrated
from edgecase.results.cells import Cell, all_cells
from edgecase.results.layout import Run
from edgecase.sharing.check import find

#: columns of the log: one row per look at a claim.
COLUMNS = ("claim", "look", "seeds", "most", "error", "verdict", "measured", "hours")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfiles", nargs="+", required=True)
    parser.add_argument("--claims", nargs="*", default=[], help="ids; all that the run can judge")
    parser.add_argument("--hours", type=float, required=True, help="the budget")
    parser.add_argument("--most", type=int, default=12, help="seeds of a cell at most")
    parser.add_argument("--step", type=int, default=3, help="seeds between two looks")
    parser.add_argument("--cores", type=int, required=True)
    arguments = parser.parse_args(argv)
    Decision(arguments).run()


class Decision:
    """The looks at a run's claims, from its log on."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._config = config.load(*asked.configfiles)
        self._run = Run(self._config["run"])
        self._log = Path(self._run.looks)
        known = claims.load("config/claims.yaml")
        for name in asked.claims:
            if problem := unknown_name(name, [claim.id for claim in known]):
                raise ConfigError(f"claims: {problem}")
        self._claims = [one for one in known if not asked.claims or one.id in asked.claims]
        roles, cells = self._config["claims"], all_cells(self._config)
        self._needed = claims.cells_needed(self._claims, roles, cells)
        if not self._needed:
            raise ConfigError("claims: the run has all cells of none of them; nothing to decide")
        first = self._config["seeds"]
        if asked.most < len(first):
            raise ConfigError(f"most: {asked.most} is fewer than the {len(first)} seeds of the run")
        self._listed = looks.listed(first, asked.most)
        self._counts = looks.schedule(asked.step, asked.most)
        self._errors = looks.errors(self._counts)
        self._rows = self._read_log()

    def run(self) -> None:
        """Look, run what the cheapest next look lacks, and look again."""
        machine = Machine.of(self._config, self._asked.cores, 0)
        began = time.monotonic()
        while ahead := self._judged(began):
            held = self._held()
            missing = {one.claim.id: self._missing(one, held) for one in ahead}
            settings = {job.setting for lacking in missing.values() for job in lacking}
            calibration = calibrated(machine, settings, Path(self._run.calibration()))
            costs = {claim: hours(lacking, calibration) for claim, lacking in missing.items()}
            cheapest = min(ahead, key=lambda one: costs[one.claim.id])
            left = self._asked.hours - (time.monotonic() - began) / 3600
            cost = costs[cheapest.claim.id]
            print(
                f"{len(ahead)} claims are open; the next look, at {cheapest.seeds} seeds of "
                f"{cheapest.claim.id}, takes {duration(cost)}; {duration(max(0, left))} are left",
                flush=True,
            )
            if cost > left:
                break
            self._train(cheapest, held)
        for one in ahead:
            print(f"open: {one.claim.id}, {one.seeds} seeds next, {duration(costs[one.claim.id])}")

    def _judged(self, began: float) -> list[Ahead]:
        """Look wherever the seeds of the next look are there; what is still open afterwards."""
        while True:
            ahead, held = self._ahead(), self._held()
            ready = [one for one in ahead if not one.lacking(held, self._listed)]
            if not ready:
                return ahead
            for one in ready:
                self._look(one, (time.monotonic() - began) / 3600)

    def _ahead(self) -> list[Ahead]:
        looked: dict[str, list[str]] = {}
        for row in self._rows:
            looked.setdefault(row["claim"], []).append(row["verdict"])
        return looks.ahead(self._claims, self._needed, looked, self._counts)

    def _held(self) -> dict[Cell, list[int]]:
        found = find(Path(), self._run.name)
        return {one.cell: one.record["seeds"] for one in found}

    def _missing(self, one: Ahead, held: Mapping[Cell, Sequence[int]]) -> list:
        """The jobs of the seeds that a look lacks."""
        found = []
        for cell in one.lacking(held, self._listed):
            new = [s for s in self._listed[: one.seeds] if s not in held.get(cell, ())]
            found += remaining(self._config | {"seeds": new}, Path(self._run.results), [cell])
        return list(dict.fromkeys(found))

    def _train(self, one: Ahead, held: Mapping[Cell, Sequence[int]]) -> None:
        seeds = self._listed[: one.seeds]
        lacking = one.lacking(held, self._listed)
        # The rounds are asked for too: Snakemake takes a record of fewer seeds for finished.
        targets = [path for cell in lacking for path in self._run.cell_files(cell, seeds)]
        settings = ["--config", f"seeds={json.dumps(seeds)}"]
        subprocess.run(
            [
                *(sys.executable, "-m", "snakemake", "--cores", str(self._asked.cores)),
                *("--configfile", *self._asked.configfiles, *settings),
                *("--", *targets),
            ],
            check=True,
        )

    def _look(self, one: Ahead, spent_hours: float) -> None:
        """Judge a claim on its seeds, at this look's error, and write the log."""
        seeds, error = self._listed[: one.seeds], self._errors[one.look]
        reached = measures_of(Path(self._run.cell(cell)) for cell in one.cells)
        measured = looks.measured_at(reached, seeds, error)
        judged = judge(one.claim, self._config["claims"], measured, all_cells(self._config))
        rows = tabulate([judged], {}).to_dict("records")
        self._rows.append(
            {
                "claim": one.claim.id,
                "look": one.look + 1,
                "seeds": one.seeds,
                "most": self._counts[-1],
                "error": error,
                "verdict": judged.verdict,
                "measured": "; ".join(measured_text(row) for row in rows),
                "hours": round(spent_hours, 3),
            }
        )
        table = pd.DataFrame(self._rows, columns=list(COLUMNS))
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(self._log) as temporary:
            table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
        print(f"{one.claim.id}, {one.seeds} seeds: {judged.verdict}", flush=True)

    def _read_log(self) -> list[dict]:
        """The looks so far. Raises `ConfigError` if they were planned for other seeds at most."""
        if not self._log.exists():
            return []
        rows = pd.read_csv(self._log).to_dict("records")
        planned = {row["most"] for row in rows} - {self._asked.most}
        if planned:
            raise ConfigError(
                f"most: {self._asked.most} differs from the looks in {self._log}; "
                f"allowed: {planned.pop()}, as their error was shared out for it"
            )
        return rows


if __name__ == "__main__":
    command.run(main)
