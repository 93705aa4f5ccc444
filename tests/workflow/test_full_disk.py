"""Every file that a rule writes meets a full disk: one line, nothing half-written, and a rerun.

The scripts run with the arguments that Snakemake gives them, and the system's own full device lies
where one of their files is written.
"""

import re
import shlex
import shutil
import signal
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from string import Template

import pytest
import torch

from edgecase.base import command, files

#: rule → the output of one of its jobs, whose other outputs follow from what Snakemake says.
RULES = {
    "prepare": "results/data/standin-sevens.npz",
    "partition": "results/test/partition/standin-digits/default/seed0.npz",
    "poison": "results/test/poison/standin-digits/edge-case/default/seed0.npz",
    "pretrain": "results/test/pretrain/standin-digits/default.safetensors",
    "cell": "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json",
    "densities": "results/test/densities/standin-digits.csv",
    "density_table": "results/test/tables/fig2.csv",
    "density_figure": "figures/test/fig2.pdf",
    "montage": "figures/test/fig1.pdf",
    "collect": "results/test/tables/fig4.csv",
    "figure": "figures/test/fig4.pdf",
    "summary": "results/test/tables/summary.csv",
    "hyperparameters": "results/test/tables/hyperparameters.csv",
    "claims": "results/test/claims.csv",
    "page": "results/test/report/fig4.html",
    "provenance": "results/test/report/provenance.html",
    "front": "results/test/report/front.html",
    "explorer": "results/test/report/explorer.html",
}
STATES = "results/test/state/standin-digits/fixed-freq-2/edge-case/none/krum/default"
#: written beside what Snakemake knows of
UNDECLARED = {"cell": [f"{STATES}/seed0.safetensors", f"{STATES}/seed1.safetensors"]}
#: what a run hands to its jobs by the environment
ENVIRONMENT = {
    "EDGECASE_DEVICE": "cpu",
    "EDGECASE_MEMORY_SHARE": "0.8",
    "EDGECASE_SAVE_MINUTES": "0",
    "EDGECASE_THREADS": "1",
    "EDGECASE_TRACKERS": "",
    "EDGECASE_VOLUME": ".",
}
#: times differ from run to run, and what is made of them; a record names its script, here another,
#: and the explorer shows it
NOT_EQUAL = re.compile(r"\.timing\.csv$|\.safetensors$|(front|explorer)\.html$|cell\.json$")


@dataclass(frozen=True)
class Script:
    """A rule's script with the arguments of one job, and the files that it writes."""

    name: str
    arguments: list[str]
    outputs: list[str]

    def run(self):
        main = import_module(f"scripts.{self.name}").main
        command.run(lambda: main(self.arguments))


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory):
    """A copy of the finished run, for the tests of this module."""
    root = tmp_path_factory.mktemp("disk") / "project"
    shutil.copytree(finished.root, root)
    return root


@pytest.fixture(scope="module")
def scripts(finished):
    """rule → its script, as a dry run tells."""
    said = finished.snakemake("--dry-run", "--forceall", "--printshellcmds").stdout
    found = {}
    for rule, body in re.findall(r"(?m)^(?:local)?rule (\S+):\n((?: {4}.*\n)*Shell.*)$", said):
        outputs = re.search(r"(?m)^ {4}output: (.*)$", body)
        if outputs is None or RULES[rule] not in (outputs := outputs[1].split(", ")):
            continue
        told = re.search(r"(?m)^Shell command: .*?(?:python|\$EDGECASE_PYTHON) (.*) 2> \S+$", body)[
            1
        ]
        script, *arguments = shlex.split(Template(told).safe_substitute(ENVIRONMENT))
        found[rule] = Script(Path(script).stem, arguments, outputs + UNDECLARED.get(rule, []))
    return found


@pytest.fixture(autouse=True)
def as_before():
    """Scripts are made to have a process of their own."""
    handler, threads = signal.getsignal(signal.SIGTERM), torch.get_num_threads()
    yield
    signal.signal(signal.SIGTERM, handler)
    torch.set_num_threads(threads)


def filling(path):
    """In place of what makes temporary names different: the one for `path` leads to nowhere."""

    def token(_):
        temporary = path.with_name(f".full.{path.name}")
        if not temporary.is_symlink():
            temporary.symlink_to("/dev/full")
        return "full"

    return token


def test_every_rule_is_here(scripts):
    assert set(scripts) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_full_disk(rule, scripts, project, monkeypatch, capsys):
    script = scripts[rule]
    monkeypatch.chdir(project)
    paths = [Path(name) for name in script.outputs]
    before = {path: path.read_bytes() for path in paths}
    for full in paths:
        for path in paths:  # as Snakemake does before a job
            path.unlink(missing_ok=True)
        with monkeypatch.context() as patched:
            patched.setattr(files.secrets, "token_hex", filling(full))
            with pytest.raises(SystemExit) as caught:
                script.run()
        assert caught.value.code == 1
        said = [line for line in capsys.readouterr().err.splitlines() if line[:6] == "error:"]
        assert said == [f"error: [Errno 28] No space left on device: '{full}'"]
        assert not full.exists()
        assert not list(full.parent.glob(".full.*"))
        assert rule != "cell" or not Path(RULES[rule]).exists(), "a cell without its record is none"
    script.run()
    for path in paths:
        assert path.exists()
        if not NOT_EQUAL.search(path.name):
            assert path.read_bytes() == before[path], path
