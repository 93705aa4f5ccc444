"""Train the starting model by honest rounds: a cell without an attack, of a seed of its own."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from edgecase.base.parameters import plain
from edgecase.base.progress import Meter
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import DATASETS, EDGE_SETS, AnyDataset, Dataset, TextDataset
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.parameters import CellParameters, StartParameters
from edgecase.federation.simulate import RoundRecord
from edgecase.population.partition import partition, read_parameters
from edgecase.population.poison import PoisonedData

#: no run's seed: the clients of these rounds are not those of any seed.
_SEED = -1
_STATE = "rounds.safetensors"


def train_by_rounds(
    parameters: StartParameters,
    arrays: Mapping[str, np.ndarray],
    execution: Execution,
    initial: Callable[[Experiment], None],
    state: tuple[Path, str] | None,
    save_every_s: float,
    report: Callable[[str], None],
) -> tuple[torch.Tensor, torch.Tensor]:
    """The parameters [P] and buffers [B] after the honest rounds that `parameters` ask for.

    `initial` fills the experiment's model with its initial weights. `state` is the folder of the
    saved state and the fingerprint of this very training, if it is to be kept.
    """
    cell = _as_cell(parameters)
    held = partition(
        arrays["y_train"],
        cell.num_clients,
        read_parameters(cell.partition),
        numpy_generator(_SEED, "partition"),
        EDGE_SETS[cell.edge_set].excluded,
        arrays.get("owner_train"),
    )
    edge = _no_edge_data(arrays, DATASETS[parameters.dataset])
    experiment = Experiment(cell, arrays, {_SEED: held}, {_SEED: edge}, execution)
    initial(experiment)
    files = {} if state is None else {_SEED: (state[0] / _STATE, state[1])}
    session = experiment.session(files, report)
    if session.is_done(_SEED, cell.rounds):
        # What is done keeps no model: whoever was killed behind the last round begins again.
        files[_SEED][0].unlink()
        session = experiment.session(files, report)
    begun = session.states[_SEED].round if _SEED in session.states else 0
    last: list[RoundRecord] = []
    with Meter(cell.rounds, begun, "rounds") as meter:

        def progress(seed: int, record: RoundRecord) -> None:
            last[:] = [record]
            meter.show(record.round, f"round {record.round}/{cell.rounds}")

        experiment.run(session, save_every_s if files else math.inf, progress)
    buffers = last[0].carried.buffers
    return last[0].parameters, experiment.start_buffers if buffers is None else buffers


def _as_cell(parameters: StartParameters) -> CellParameters:
    """The cell of these rounds; it is tested before the first and after the last."""
    assert parameters.rounds is not None
    rounds = plain(parameters.rounds)
    return CellParameters.of(
        rounds
        | plain(parameters)
        | {
            **{"task": "start", "participation": "fixed-freq-1", "case": "edge-case"},
            **{"rounds": rounds["rounds"], "poison": {}, "attack": "none"},
            **{"defense": {"name": "no-defense"}, "start": "trained", "pretrain": None},
        }
    )


def _no_edge_data(arrays: Mapping[str, np.ndarray], dataset: AnyDataset) -> PoisonedData:
    """The poisoned set of a run in which nobody holds edge data."""
    if isinstance(dataset, Dataset):
        none = np.empty((0, *dataset.edge_shape), dtype=np.uint8)
    elif isinstance(dataset, TextDataset):
        none = np.empty((0, dataset.max_length), dtype=np.int32)
    else:
        none = arrays["x_train"][:0]
    nobody = np.empty(0, dtype=np.int64)
    return PoisonedData(
        attacker_clean_index=nobody,
        attacker_edge_x=none,
        attacker_edge_y=nobody,
        honest_edge_x=none,
        honest_edge_y=nobody,
        honest_edge_client=nobody,
        test_x=none,
        test_y=nobody,
    )
