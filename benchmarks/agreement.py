"""Compare clients trained as one batch with clients trained one after the other."""

from collections.abc import Mapping
from pathlib import Path

import torch

from benchmarks.simulator import Simulator
from benchmarks.workload import build
from edgecase.base.errors import ConfigError
from edgecase.federation.trainer import BACKENDS, SEQUENTIAL

#: column → meaning.
COLUMNS = {
    "task": "what `--tasks` names",
    "scale": "`paper`, or `quick`: the tiny model and the few clients of `--quick`",
    "seeds": "seeds in one batch",
    "backend": "back-end that is compared with `sequential`",
    "dtype": "arithmetic of training, updates and average",
    "largest_difference": "largest difference of a parameter of the global models after a round",
    "largest_update": "largest change of a parameter in that round",
}


def compare(
    parameters: Mapping,
    scale: str,
    seeds: int,
    dtype: torch.dtype,
    device: torch.device,
    data: Path | None,
) -> list[dict]:
    """One row (`COLUMNS`) per stacked back-end that can run here."""
    workload = build(parameters, data)
    expected = Simulator(workload, SEQUENTIAL, seeds, device, dtype).updates()
    rows = []
    for backend in BACKENDS:
        if backend == SEQUENTIAL:
            continue
        try:
            found = Simulator(workload, backend, seeds, device, dtype).updates()
        except (ConfigError, RuntimeError):
            continue  # the table of timings says why
        values = (
            *(parameters["task"], scale, seeds, backend, str(dtype).removeprefix("torch.")),
            *((found - expected).abs().max().item(), expected.abs().max().item()),
        )
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows
