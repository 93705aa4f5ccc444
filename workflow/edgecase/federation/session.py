"""The seeds of a cell from where they are to the last round, with their state saved on the way."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch

from edgecase.federation import state as states
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import Classes, RoundRecord, SeedRun, simulate
from edgecase.federation.state import NOT_BEGUN, SeedState
from edgecase.federation.trainer import Trainer


class Session:
    """The progress of some seeds.

    `files` name the state file and the fingerprint of the run for each seed whose state is to be
    kept. A seed whose file holds a state of this very run goes on from it; one whose rounds are all
    done does not run again. A file that does not fit is set aside, and `report` is told why.
    `device` is what the rounds are trained on, for the record.
    """

    def __init__(
        self, files: Mapping[int, tuple[Path, str]], report: Callable[[str], None], device: str
    ):
        self._files, self._device = dict(files), device
        self._left_out: set[int] = set()
        found: dict[int, SeedState] = {}
        for seed, (path, fingerprint) in self._files.items():
            state, refused = states.load_or_set_aside(path, fingerprint)
            if refused:
                report(f"{refused}; seed {seed} starts anew")
            found[seed] = state or NOT_BEGUN
        self._saved = _at_one_round(found)
        self.states = {seed: state for seed, state in self._saved.items() if state.round >= 0}

    def run(
        self,
        trainer: Trainer,
        start: torch.Tensor,
        runs: list[SeedRun],
        classes: Classes,
        parameters: CellParameters,
        test_batch_size: int,
        save_every_s: float,
        progress: Callable[[int, RoundRecord], None],
        start_buffers: torch.Tensor | None = None,
    ) -> None:
        """Bring `runs` to their last round; `progress` is called with every (seed, record).

        States are saved every `save_every_s` seconds, at the end, and whatever ends it before.
        """
        seeds = [run.seed for run in runs]
        due = time.monotonic() + save_every_s
        try:
            ahead: dict[int, SeedState] = {}
            for seed, record in simulate(
                trainer, start, runs, classes, parameters, test_batch_size, start_buffers
            ):
                ahead[seed] = self._after(seed, record, parameters.rounds)
                # A seed counts as further when all that train with it are: what is saved is of one
                # round, from which they train together again.
                reached = self.states | ahead
                if all(s in reached and reached[s].round >= reached[seed].round for s in seeds):
                    self.states = reached
                    ahead = {}
                progress(seed, record)
                if time.monotonic() >= due:
                    self._save(seeds)
                    due = time.monotonic() + save_every_s
        finally:
            # A signal may break off the first, and comes once.
            try:
                self._save(seeds)
            finally:
                self._save(seeds)
        # All that trained together are done, and none has to go back.
        for seed, state in self._saved.items():
            if state.before:
                self._write(seed, dataclasses.replace(state, before=None))

    def is_done(self, seed: int, rounds: int) -> bool:
        """Whether the seed's last round is behind it."""
        done = seed in self.states and self.states[seed].round == rounds
        return done or seed in self._left_out

    def leave_out(self, seeds: Iterable[int]) -> None:
        """Count these seeds as done: their rounds are finished elsewhere."""
        self._left_out |= set(seeds)

    def _save(self, seeds: list[int]) -> None:
        """Write the state of each of the seeds that went on since it was last written.

        Of several, the file keeps the state before too: whoever is killed between two files finds
        a round that all have.
        """
        for seed in seeds:
            state, last = self.states.get(seed), self._saved.get(seed)
            if state and last and state.round != last.round:
                before = dataclasses.replace(last, before=None) if len(seeds) > 1 else None
                self._write(seed, dataclasses.replace(state, before=before))

    def _write(self, seed: int, state: SeedState) -> None:
        states.save(state, *self._files[seed])
        self._saved[seed] = state

    def _after(self, seed: int, record: RoundRecord, rounds: int) -> SeedState:
        """The seed after a round."""
        before = self.states.get(seed, NOT_BEGUN)
        round = record.round
        is_done = round == rounds
        parameters = None if is_done else record.parameters
        carried = {} if is_done else record.carried.tensors()
        rows = [*before.reached, (record.values, record.seconds)]
        devices = dict.fromkeys([*before.devices, self._device])
        return SeedState(round, parameters, rows, tuple(devices), carried=carried)


def _at_one_round(found: Mapping[int, SeedState]) -> dict[int, SeedState]:
    """Each seed at the last round that all have, or, if there is none, at its own last round."""
    kept = {
        seed: {earlier.round: earlier for earlier in (state, state.before) if earlier}
        for seed, state in found.items()
    }
    common = set.intersection(*(set(rounds) for rounds in kept.values())) if kept else set()
    if not common:
        return dict(found)
    return {seed: rounds[max(common)] for seed, rounds in kept.items()}
