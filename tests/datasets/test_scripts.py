"""The two commands of the data rules, run as a person would."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.datasets.made_up import digests

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets import load_npz

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def script(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture
def sources(tmp_path):
    """A `sources.yaml` whose greencar is two small pickles that only a mirror has."""
    files = []
    (tmp_path / "mirror").mkdir()
    for name, count in (("train", 27), ("test", 1000)):
        content = np.zeros((count, 32, 32, 3), np.uint8).dumps()
        file = f"green_car_transformed_{name}.pkl"
        (tmp_path / "mirror" / file).write_bytes(content)
        url = f"http://127.0.0.1:1/{file}"
        sha256 = digests(content).sha256
        files.append({"name": file, "urls": [url], "size": len(content), "sha256": sha256})
    entry = {"title": "t", "homepage": "https://a.b", "licence": "l", "cite": "c", "files": files}
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump({"greencar": entry}))
    return path


@pytest.fixture
def download(sources, tmp_path):
    def run(*arguments):
        out = tmp_path / "raw" / "greencar"
        script("download")(
            ["--sources", str(sources), "--source", "greencar", "--out", str(out), *arguments]
        )
        return out

    return run


def test_from_the_mirror_to_arrays(sources, download, tmp_path):
    raw = download("--mirror", str(tmp_path / "mirror"))
    out = tmp_path / "greencar.npz"
    arguments = ["--sources", str(sources), "--name", "greencar", "--raw", str(raw)]
    script("prepare")([*arguments, "--out", str(out)])
    arrays = load_npz(out, ("train", "test"))
    assert [len(array) for array in arrays.values()] == [27, 1000]

    (raw / "green_car_transformed_test.pkl").write_bytes(b"changed since")
    out.unlink()
    with pytest.raises(DataError, match=r"green_car_transformed_test\.pkl: expected"):
        script("prepare")([*arguments, "--out", str(out)])
    assert not out.exists()


def test_the_mirror_may_come_from_the_environment(download, tmp_path, monkeypatch):
    with pytest.raises(DataError, match="mirror: none given"):
        download()
    monkeypatch.setenv("EDGECASE_MIRROR", str(tmp_path / "mirror"))
    assert len(list(download().iterdir())) == 2
    shutil.rmtree(tmp_path / "raw")
    with pytest.raises(DataError, match="no such folder"):
        download("--mirror", str(tmp_path / "elsewhere"))


def test_a_stand_in_needs_no_files_and_is_the_same_every_time(tmp_path):
    for name in ("a.npz", "b.npz"):
        script("prepare")(["--name", "standin-sevens", "--out", str(tmp_path / name)])
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert load_npz(tmp_path / "a.npz", ["x_train"])["x_train"].shape == (200, 28, 28, 1)


def test_unknown_names_are_refused_with_those_that_exist(sources, tmp_path):
    out = ["--out", str(tmp_path / "x")]
    with pytest.raises(
        ConfigError, match="'cifar11' is unknown; did you mean 'cifar10'\\? allowed: cifar10, "
    ):
        script("prepare")(["--name", "cifar11", *out])
    with pytest.raises(ConfigError, match="cifar10 needs --sources and --raw"):
        script("prepare")(["--name", "cifar10", *out])
    with pytest.raises(ConfigError, match="'mnist' is unknown; allowed: greencar"):
        script("download")(["--sources", str(sources), "--source", "mnist", *out])
