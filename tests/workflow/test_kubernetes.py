"""profiles/kubernetes: a job's pod as the executor hands it to a made-up Kubernetes."""

import json
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROFILE = "profiles/kubernetes"
CELL = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"
INPUTS = (
    "data/standin-digits.npz",
    "test/pretrain/standin-digits/default.safetensors",
    *(f"test/partition/standin-digits/default/seed{seed}.npz" for seed in (0, 1)),
    *(f"test/poison/standin-digits/edge-case/default/seed{seed}.npz" for seed in (0, 1)),
)
RSYNC = '#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\nexec cp -R "$1" "$2"\n'


@pytest.fixture(scope="module")
def profile():
    return yaml.safe_load((ROOT / PROFILE / "config.yaml").read_text())


def test_the_volume_is_where_the_files_are(profile):
    (volume,) = profile["kubernetes-persistent-volumes"]
    assert volume.split(":")[1] == profile["default-storage-prefix"]


@pytest.mark.skipif(shutil.which("git") is None, reason="pods get the files that Git tracks")
def test_pod_of_a_cell(fresh, profile, tmp_path, monkeypatch):
    volume, pods, programs = (tmp_path / name for name in ("volume", "pods", "programs"))
    for path in [pods, programs, *((volume / "results" / name).parent for name in INPUTS)]:
        path.mkdir(parents=True, exist_ok=True)
    for name in INPUTS:
        (volume / "results" / name).touch()
    (programs / "rsync").write_text(RSYNC)
    (programs / "rsync").chmod(0o755)
    shutil.copy2(ROOT / ".gitignore", fresh.root)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=fresh.root, check=True)
    monkeypatch.setenv("PATH", f"{programs}:{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setenv("PODS", str(pods))
    monkeypatch.setenv("RUN", "0")
    done = fresh.run(
        *(sys.executable, str(Path(__file__).with_name("pods.py")), CELL),
        *("--workflow-profile", PROFILE, "--configfile", "config/test.yaml", "--retries", "0"),
        *("--default-storage-prefix", str(volume), "--config", "device=cuda"),
        *("--set-resources", "cell:mem_mb=5000", "--seconds-between-status-checks", "1"),
    )
    (pod,) = (json.loads(path.read_text()) for path in pods.iterdir())
    assert done.returncode == 1  # a pod that is not run has failed
    assert (pod["namespace"], pod["spec"]["backoffLimit"]) == (profile["kubernetes-namespace"], 0)

    spec = pod["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["image"] == profile["container-image"]
    claim, _, mount = profile["kubernetes-persistent-volumes"][0].partition(":")
    assert {"name": claim, "mountPath": mount} in container["volumeMounts"]
    assert {"name": claim, "persistentVolumeClaim": {"claimName": claim}} in spec["volumes"]
    # Kubernetes refuses a request for a GPU that is not its limit too.
    asked = container["resources"]
    assert asked["limits"]["nvidia.com/gpu"] == asked["requests"]["nvidia.com/gpu"] == "1"
    assert asked["limits"]["memory"] == asked["requests"]["memory"] == "5000M"
    assert [toleration["key"] for toleration in spec["tolerations"]] == ["nvidia.com/gpu"]

    words = shlex.split(container["args"][-1])
    after = dict(pairwise(words))
    assert Path(after["--deploy-sources"]).parent == volume
    assert after["--default-storage-provider"] == profile["default-storage-provider"]
    assert after["--default-storage-prefix"] == str(volume)
    assert after["--allowed-rules"] == "cell"
