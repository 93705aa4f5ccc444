"""A finished run in one file: results, figures and Snakemake's records; no images, no states."""

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.files import atomic_path
from edgecase.results import code
from edgecase.results.cells import all_cells
from edgecase.results.layout import FIGURE_FILES, Run
from edgecase.results.provenance import file_digest
from edgecase.sharing import CRATE, MANIFEST, crate, metadata
from edgecase.sharing.check import find, problems

FORMAT = 1
#: the steps whose code decides what an archive holds; each cell records its own.
STEPS = ("partition", "poison", "pretrain", "densities")
#: the paper's configuration, over which all others are merged.
BASE = Path("config/config.yaml")


def pack(config: Mapping, configfiles: Sequence[Path], project: Path, archive: Path) -> int:
    """Write the run's archive and return the number of files in it.

    Unpacked by `tar`, it is an RO-Crate. Left out are the prepared data and the poisoned sets,
    whose images are not this project's to give away, and the states of the cells. Raises
    `DataError` that lists every cell which is missing or not that of the configuration, and
    `ConfigError` for a configuration file outside `config/` and a `CITATION.cff` or
    `config/sources.yaml` that cannot be read.
    """
    run, cells = config["run"], all_cells(config)
    found = [cell for cell in find(project, run) if cell.cell in set(cells)]
    lacking = [cell for cell in cells if cell not in {cell.cell for cell in found}]
    told = [f"results/{run}/cells/{cell.folder}: has not been run" for cell in lacking]
    if told := [*told, *problems(found, config, cells)]:
        raise DataError("\n".join(told))
    files = [*_configuration(configfiles, project), *_outputs(run, project)]
    files += metadata.find(project, {file.as_posix() for file in files} - _figure_1(run))
    described: dict[str, Any] = {
        "format": FORMAT,
        "run": run,
        "configfiles": [path.as_posix() for path in _configuration(configfiles, project)[1:]],
        "commit": _commit(project),
        "code": {step: code.digest(step) for step in STEPS},
        "files": {
            file.as_posix(): {
                "sha256": file_digest(project / file),
                "size": (project / file).stat().st_size,
            }
            for file in files
        },
    }
    own = crate.describe(described, found, project)
    described["files"][CRATE] = {"sha256": hashlib.sha256(own).hexdigest(), "size": len(own)}
    text = (json.dumps(described, indent=1) + "\n").encode()
    with (
        atomic_path(archive) as temporary,
        temporary.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(plain_member(MANIFEST, len(text)), io.BytesIO(text))
        tar.addfile(plain_member(CRATE, len(own)), io.BytesIO(own))
        for file in files:
            with (project / file).open("rb") as handle:
                size = int(described["files"][file.as_posix()]["size"])
                tar.addfile(plain_member(file.as_posix(), size), handle)
    return len(described["files"])


def plain_member(name: str, size: int) -> tarfile.TarInfo:
    """A file of an archive, without time and owner: equal files give equal archives."""
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _configuration(configfiles: Sequence[Path], project: Path) -> list[Path]:
    """The base and the files given, below the project."""
    listed = [BASE]
    for path in configfiles:
        try:
            file = (project / path).resolve().relative_to(project.resolve())
        except ValueError:
            file = path
        if file.parts[0] != "config":
            raise ConfigError(f"{path}: a configuration that is archived has to lie in config/")
        if file != BASE:
            listed.append(file)
    return listed


def _outputs(run: str, project: Path) -> list[Path]:
    """What the rules wrote for the run, but for images, states and an older manifest."""
    layout = Run(run)
    results = Path(layout.results)
    return sorted(
        file
        for root in (results, Path(layout.figures))
        for path in (project / root).rglob("*")
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        for file in [path.relative_to(project)]
        if not file.is_relative_to(layout.state(""))
        and not file.is_relative_to(layout.finished(""))
        and not (file.is_relative_to(results / "poison") and file.suffix == ".npz")
        and file != results / MANIFEST
    )


def _figure_1(run: str) -> set[str]:
    """Without a record, Snakemake keeps it as it is: it cannot be drawn without the images."""
    return {Run(run).figure("fig1", ending) for ending in FIGURE_FILES}


def _commit(project: Path) -> str | None:
    """The commit that is checked out, None where Git does not say."""
    if not shutil.which("git"):
        return None
    asked = ["git", "-C", str(project), "rev-parse", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
