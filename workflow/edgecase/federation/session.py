"""The seeds of a cell from where they are to the last round, with their state saved on the way."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from edgecase.federation import state as states
from edgecase.federation.simulate import Classes, RoundRecord, SeedRun, simulate
from edgecase.federation.state import SeedState
from edgecase.federation.trainer import Trainer


class Session:
    """The progress of some seeds.

    `files` name the state file and the fingerprint of the run for each seed whose state is to be
    kept. A seed whose file holds a state of this very run goes on from it; one whose rounds are all
    done does not run again. A file that does not fit is set aside, and `report` is told why.
    """

    def __init__(self, files: Mapping[int, tuple[Path, str]], report: Callable[[str], None]):
        self._files = dict(files)
        self.states: dict[int, SeedState] = {}
        self._saved: dict[int, int] = {}
        for seed, (path, fingerprint) in self._files.items():
            states.clear_unfinished(path)
            found, refused = states.load_or_set_aside(path, fingerprint)
            if refused:
                report(f"{refused}; seed {seed} starts anew")
            if found:
                self.states[seed] = found
                self._saved[seed] = found.round

    def run(
        self,
        trainer: Trainer,
        start: torch.Tensor,
        runs: list[SeedRun],
        classes: Classes,
        parameters: Mapping,
        save_every_s: float,
        progress: Callable[[int, RoundRecord], None],
    ) -> None:
        """Bring `runs` to their last round; `progress` is called with every (seed, record).

        States are saved every `save_every_s` seconds, at the end, and whatever ends it before.
        """
        due = time.monotonic() + save_every_s
        try:
            for seed, record in simulate(trainer, start, runs, classes, parameters):
                self._advance(seed, record, parameters["rounds"])
                progress(seed, record)
                if time.monotonic() >= due:
                    self.save()
                    due = time.monotonic() + save_every_s
        finally:
            self.save()

    def is_done(self, seed: int, rounds: int) -> bool:
        """Whether the seed's last round is behind it."""
        return seed in self.states and self.states[seed].round == rounds

    def save(self) -> None:
        """Write the state of every seed that went on since it was last written."""
        for seed, state in self.states.items():
            if seed in self._files and self._saved.get(seed) != state.round:
                states.save(state, *self._files[seed])
                self._saved[seed] = state.round

    def _advance(self, seed: int, record: RoundRecord, rounds: int) -> None:
        before = self.states.get(seed)
        rows = before.rows if before else []
        # A signal may fall between these two lines: a row without its round does not count.
        rows.append((record.values, record.seconds))
        round = record.values["fl_iter"]
        parameters = None if round == rounds else record.parameters
        self.states[seed] = SeedState(round, parameters, rows)
