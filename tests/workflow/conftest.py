"""Copies of the project to run Snakemake in: one without results, one with a finished run.

The finished run is made once, by whichever worker comes first; the others wait for it. So are the
sources of all copies compiled and digested once: copies have what Python keeps beside a source.
"""

import atexit
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SOURCES = ("Snakefile", "rules", "config", "workflow", "profiles", "docs", "envs", "CITATION.cff")


@dataclass(frozen=True)
class Job:
    """A job that a dry run lists, and why it would run."""

    rule: str
    outputs: tuple[str, ...]
    reason: str


def environment() -> dict[str, str]:
    """One thread for each process, and what it compiles is kept for the next."""
    found = os.environ | {"OMP_NUM_THREADS": "1"}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


@cache
def starter() -> subprocess.Popen:
    """The process that starts Snakemake for all tests of this worker, until the worker ends."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("starter.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    atexit.register(process.communicate)
    return process


def snakemake(
    folder: Path, *arguments: str, variables: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess:
    """`python -m snakemake` in a folder, by the starter; both outputs are `stdout`."""
    with tempfile.NamedTemporaryFile("r+", encoding="utf-8") as output:
        request = [str(folder), output.name, dict(variables), arguments]
        starter().stdin.write(f"{json.dumps(request)}\n")
        code = int(starter().stdout.readline())
        return subprocess.CompletedProcess(arguments, code, output.read())


@dataclass(frozen=True)
class Project:
    """A copy of the project, to run commands in."""

    root: Path

    def run(self, *command: str) -> subprocess.CompletedProcess:
        """Run a command in the copy, `python` being this one; both outputs are `stdout`."""
        if command[0] == "python":
            command = (sys.executable, *command[1:])
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def snakemake(self, *arguments: str, changes: dict | None = None, cores: int = 1):
        """Run Snakemake on config/test.yaml, with `changes` merged over it."""
        files = ["config/test.yaml"]
        if changes is not None:
            files.append("changes.yaml")
            (self.root / "changes.yaml").write_text(yaml.safe_dump(changes))
        command = ("--configfile", *files, "--cores", str(cores), *arguments)
        return snakemake(self.root, *command, variables=environment())

    def jobs(self, *targets: str, changes: dict | None = None) -> list[Job]:
        """The jobs that Snakemake would run for the targets, but for those that only gather."""
        done = self.snakemake("--dry-run", *targets, changes=changes)
        assert done.returncode == 0, done.stdout
        listed = re.findall(r"(?m)^(?:local)?rule (\S+):\n((?: {4}.*\n)*)", done.stdout)
        counted = re.search(r"(?m)^total +([0-9]+)$", done.stdout)
        assert len(listed) == (int(counted[1]) if counted else 0), done.stdout
        jobs = []
        for rule, body in listed:
            if outputs := re.search(r"(?m)^ {4}output: (.*)$", body):
                reason = re.search(r"(?m)^ {4}reason: (.*)$", body)
                jobs.append(Job(rule, tuple(outputs[1].split(", ")), reason[1] if reason else ""))
        return jobs


def copy_sources(target: Path) -> None:
    target.mkdir(parents=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / name)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def once(log: Path, make: Callable[[], subprocess.CompletedProcess]) -> None:
    """Make what several workers want, unless `log` tells that one has."""
    with log.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not log.exists():
            done = make()
            log.write_text(f"exit code {done.returncode}\n{done.stdout}")
    assert log.read_text().startswith("exit code 0\n"), log.read_text()


@pytest.fixture(scope="session")
def sources(shared):
    """A copy whose Python is compiled and digested, as a dry run does; not to be changed."""
    folder = shared / "sources"

    def compile_and_digest():
        copy_sources(folder)
        done = Project(folder).snakemake("--dry-run", "--quiet")
        shutil.rmtree(folder / ".snakemake")
        return done

    once(shared / "sources.log", compile_and_digest)
    return folder


@pytest.fixture
def fresh(tmp_path, sources):
    """A copy without results."""
    return Project(shutil.copytree(sources, tmp_path / "project"))


@pytest.fixture(scope="session")
def finished(shared, sources):
    """A copy with everything that config/test.yaml makes; not to be changed."""
    project = Project(shared / "project")

    def run():
        shutil.copytree(sources, project.root)
        return project.snakemake(cores=2)

    once(shared / "log", run)
    return project


@pytest.fixture
def mine(finished, tmp_path):
    """A test's own copy of the finished run, to be changed at will."""
    return Project(shutil.copytree(finished.root, tmp_path / "project"))
