"""Keep the finished seeds of a cell that runs again, and take over those that are still right.

Snakemake deletes the outputs of a job before it starts. So the seeds of a cell that is about to run
again are linked aside, each with the `cell.json` that vouches for it, and the job takes over each
seed that it would train to the same bytes.
"""

import contextlib
import os
import shutil
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.results.provenance import file_digest
from edgecase.results.records import digests, read_cell


def names(seed: int) -> tuple[str, str]:
    """The files of a seed in a cell's folder: its rounds and its wall times."""
    return f"seed{seed}.csv", f"seed{seed}.timing.csv"


def keep(cell: str | Path, kept: str | Path) -> None:
    """Link the finished seeds in the folder `cell` below the folder `kept`, if it has a record."""
    try:
        record = read_cell(cell)
    except DataError:
        return
    for seed in record["seeds"]:
        files = [Path(cell, name) for name in (*names(seed), "cell.json")]
        if all(file.is_file() for file in files):
            folder = Path(kept, f"seed{seed}")
            folder.mkdir(parents=True, exist_ok=True)
            # The record is last: without it, a seed is none.
            (folder / "cell.json").unlink(missing_ok=True)
            for file in files:
                _link(file, folder / file.name)


def take_over(kept: str | Path, seed: int, fingerprint: str, cell: str | Path) -> dict | None:
    """Link a kept seed's files into the folder `cell` and return its record.

    None if no such seed is kept, it follows from other facts than those of the `fingerprint`
    (`edgecase.federation.state`), or its rounds are not those that its record vouches for.
    """
    folder = Path(kept, f"seed{seed}")
    rounds, timing = names(seed)
    try:
        record = read_cell(folder)
        recorded = {key: digests(folder, record, key) for key in ("rounds", "fingerprints")}
        if recorded["fingerprints"].get(str(seed)) != fingerprint:
            return None
        if recorded["rounds"].get(rounds) != file_digest(folder / rounds):
            return None
        for name in (rounds, timing):
            _link(folder / name, Path(cell, name))
    except (DataError, OSError):
        return None
    return record


def let_go(kept: str | Path, seed: int) -> None:
    """Forget a kept seed: the cell's folder holds it again."""
    with contextlib.suppress(OSError):
        shutil.rmtree(Path(kept, f"seed{seed}"))


def _link(source: Path, target: Path) -> None:
    with atomic_path(target) as temporary:
        try:
            os.link(source, temporary)
        except OSError:
            # No links on this file system.
            shutil.copyfile(source, temporary)
