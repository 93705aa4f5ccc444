"""Projects with made-up finished cells of config/test.yaml."""

import base64
import json
from pathlib import Path

from tests.figures.made_up import write_cell

from edgecase import config
from edgecase.results import code
from edgecase.results.cells import all_cells
from edgecase.results.provenance import file_digest
from edgecase.results.rounds import TIMING_COLUMNS

ROOT = Path(__file__).parents[2]
TEST = "config/test.yaml"
CONFIG = config.load(ROOT / TEST)
CELLS = all_cells(CONFIG)
RESULTS = Path("results/test")
START = RESULTS / "pretrain/standin-digits/default.safetensors"
DATASET = Path("results/data/standin-digits.npz")
VERSIONS = {"python": "3.12.1", "torch": "2.13.0"}


def cell_folder(cell):
    return RESULTS / "cells" / cell.folder


def data_of(cell):
    """What a cell is made from, as paths below the project."""
    draws = [
        RESULTS / f"partition/{cell.task}/default",
        RESULTS / f"poison/{cell.task}/{cell.case}",
    ]
    return [DATASET, START, draws[0] / "seed0.npz", draws[1] / "default/seed0.npz"]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def project(root, cells=CELLS, *, main=90.0, record=None):
    """A project with these cells finished: their data, tables, logs and what Snakemake noted."""
    for cell in cells:
        for name in data_of(cell):
            write(root / name, f"bytes of {name}")
        folder = cell_folder(cell)
        axes = {axis: getattr(cell, axis) for axis in ("task", "participation", "case", "attack")}
        parameters = config.resolve_cell(CONFIG, cell)
        write_cell(
            root / folder,
            **axes,
            defense=cell.defense,
            seeds=CONFIG["seeds"],
            standin=True,
            rounds=parameters["rounds"],
            main=main,
            parameters=parameters,
        )
        for seed in CONFIG["seeds"]:
            rows = [f"{number},1.5,0.25,0.125" for number in range(parameters["rounds"] + 1)]
            text = "\n".join([",".join(TIMING_COLUMNS), *rows])
            write(root / folder / f"seed{seed}.timing.csv", f"{text}\n")
        change(
            root / folder,
            data={name.as_posix(): file_digest(root / name) for name in data_of(cell)},
            code=code.digest_for("cell", parameters),
            versions=VERSIONS,
            device="cpu",
            **(record or {}),
        )
        write(root / RESULTS / f"logs/cells/{cell.folder}.log", "a log\n")
        note(root, folder / "cell.json")
    write(root / START.with_suffix(".json"), "{}\n")
    write(root / RESULTS / "logs/pretrain/standin-digits/default.log", "another log\n")
    note(root, START)
    return root


def change(folder, **values):
    """Other values in a cell's record."""
    path = folder / "cell.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def note_path(path):
    """Where Snakemake keeps what it knows of a file: base64, in parts of at most 254 letters."""
    name = base64.urlsafe_b64encode(Path(path).as_posix().encode()).decode()
    parts = [name[begin : begin + 254] for begin in range(0, len(name), 254)]
    return Path(".snakemake/metadata", *(f"@{part}" for part in parts[:-1]), parts[-1])


#: 2026-07-01 12:00:00 and one minute and a half later, UTC.
TIMES = {"starttime": 1782907200.0, "endtime": 1782907290.5}


def note(root, path):
    write(root / note_path(path), json.dumps({"rule": "made up", "params": [str(path)], **TIMES}))


def everything(root):
    """Every file below a folder: path → content."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
