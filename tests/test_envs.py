"""The environment for conda users and the container, against the lock file and what jobs import."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
#: what conda-forge calls a package otherwise.
CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib"}


def locked(python, **environment):
    """Package → version in requirements.txt, for a Python and on 64-bit Linux."""
    facts = default_environment() | {
        **{"python_version": python, "python_full_version": f"{python}.0"},
        **{"sys_platform": "linux", "platform_machine": "x86_64"},
    }
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        requirement.name: str(requirement.specifier).removeprefix("==")
        for requirement in found
        if requirement.marker is None or requirement.marker.evaluate(facts | environment)
    }


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "envs" / "edgecase.yaml").read_text())


@pytest.fixture(scope="module")
def pinned(environment):
    """Package → version in the conda environment, pip's packages among them; and its Python."""
    *own, last = environment["dependencies"]
    versions = dict(entry.split("=") for entry in own if entry != "pip")
    assert last.keys() == {"pip"}
    versions |= dict(entry.split("==") for entry in last["pip"])
    return {CONDA_NAMES.get(name, name): version for name, version in versions.items()}


def test_conda_has_the_versions_of_the_lock(pinned):
    versions = dict(pinned)
    lock = locked(versions.pop("python"))
    assert versions == {name: lock.get(name) for name in versions}
    assert len(versions) > 10


def test_conda_has_what_jobs_import(pinned):
    """Of Snakemake itself, jobs need nothing: it starts them."""
    modules = set()
    for path in (ROOT / "workflow").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.split(".")[0])
    packages = importlib.metadata.packages_distributions()
    third = modules - sys.stdlib_module_names - {"edgecase"}
    needed = {packages[module][0].lower().replace("_", "-") for module in third}
    assert {"torch", "numpy"} <= needed <= pinned.keys()


def test_conda_takes_no_channel_with_terms(environment):
    assert environment["channels"] == ["conda-forge", "nodefaults"]


# the container


@pytest.fixture(scope="module")
def steps():
    """(instruction, text) of the Containerfile, continued lines joined and comments left out."""
    text = (ROOT / "Containerfile").read_text()
    lines = re.sub(r"(?m)^#.*\n", "", text).replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def of(steps, name):
    return [text for instruction, text in steps if instruction == name]


def test_container_is_made_from_a_named_version_of_the_python_of_the_lock(steps, pinned):
    (base,) = of(steps, "FROM")
    assert re.fullmatch(rf"python:{re.escape(pinned['python'])}\.\d+-slim-[a-z]+", base)


def test_container_takes_the_lock_and_nothing_else(steps):
    assert of(steps, "COPY") == ["requirements.txt ."]
    assert of(steps, "ADD") == []
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1:] == ["*", "!requirements.txt"]


def test_container_names_no_host(steps):
    """Which package index is asked is for whoever builds it to say."""
    assert "://" not in (ROOT / "Containerfile").read_text()
    assert of(steps, "ARG") == ['CPU_INDEX=""']


def test_container_runs_snakemake_as_no_root_where_it_may_write(steps):
    order = [instruction for instruction, _ in steps]
    (user,) = of(steps, "USER")
    assert int(user) > 0
    assert order.index("USER") > max(n for n, name in enumerate(order) if name == "RUN")
    assert of(steps, "ENTRYPOINT") == ['["snakemake"]']
    folder = of(steps, "WORKDIR")[-1]
    assert any(f"install -d -o {user} {folder}" in text for text in of(steps, "RUN"))
    # Kubernetes mounts an empty folder there.
    assert folder == "/workdir"


def test_container_for_a_cpu_lacks_what_only_torch_on_a_gpu_needs(steps):
    (text,) = (text for text in of(steps, "RUN") if "CPU_INDEX" in text)
    taken, left_out = re.findall(r"grep -v?E '([^']+)'", text)
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    torch = {line.split("==")[0] for line in lines if re.search(taken, line)}
    rest = {line.split("==")[0] for line in lines if not re.search(left_out, line)}
    assert torch == {"torch", "torchvision"}
    needed = set()
    for name in rest & locked("3.11").keys():
        try:
            asked = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another machine
        asked = [Requirement(text) for text in asked]
        needed |= {
            re.sub("[-_.]+", "-", requirement.name.lower())
            for requirement in asked
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        }
    assert {"numpy", "snakemake-interface-common"} <= needed
    assert needed - torch <= rest
    assert not any(name.startswith(("nvidia-", "cuda-")) for name in rest)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-peers.txt"])
def test_every_lock_has_what_the_project_asks_for(lock):
    def names(file):
        lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
        return {canonicalize_name(Requirement(line).name) for line in lines if line}

    assert names("requirements.in") <= names(lock)
