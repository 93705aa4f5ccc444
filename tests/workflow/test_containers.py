"""Jobs in a container, with a made-up Apptainer that notes what it is asked and runs it here."""

import sys
from pathlib import Path

import pytest

DATA = "results/data/standin-sevens.npz"
APPTAINER = """\
#!{python}
import os, sys
if "--version" in sys.argv:
    print("apptainer version 1.3.4")
    sys.exit()
with open("{noted}", "a") as noted:
    print(*sys.argv[1:], sep="\\x1f", file=noted)
shell = next(n for n, word in enumerate(sys.argv) if os.path.basename(word) in ("sh", "bash"))
os.execvp(sys.argv[shell], sys.argv[shell:])
"""


@pytest.fixture
def noted(tmp_path, monkeypatch):
    program = tmp_path / "programs" / "apptainer"
    program.parent.mkdir()
    noted = tmp_path / "noted"
    program.write_text(APPTAINER.format(python=sys.executable, noted=noted))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{Path(sys.executable).parent}:/usr/bin:/bin")
    return noted


def test_jobs_run_in_the_image(fresh, noted):
    (fresh.root / "edgecase.sif").touch()
    options = ("--sdm", "apptainer", "--apptainer-args=--nv")
    done = fresh.snakemake(DATA, *options, changes={"container": "edgecase.sif"})
    assert done.returncode == 0, done.stdout
    (asked,) = (line.split("\x1f") for line in noted.read_text().splitlines())
    assert asked[0] == "exec"
    assert "--nv" in asked
    image = next(Path(word).name for word in asked if word.endswith(".sif"))
    assert image == "edgecase.sif"
    assert "workflow/scripts/prepare.py" in asked[-1]
    assert (fresh.root / DATA).exists()


def test_without_the_option_the_image_is_not_asked_for(fresh, noted):
    done = fresh.snakemake("--dry-run", DATA, changes={"container": "none.sif"})
    assert done.returncode == 0, done.stdout
    assert not noted.exists()
