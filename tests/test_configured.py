"""The script that tells the Makefile what a configuration says."""

from pathlib import Path

import pytest

from edgecase.base.errors import ConfigError
from scripts import configured

CONFIG = Path(__file__).parents[1] / "config"


@pytest.mark.parametrize(
    ("key", "files", "value"),
    [
        ("run", [], "paper"),
        ("run", ["demo.yaml"], "demo"),
        # The second file names no run and adds to the first.
        ("run", ["small.yaml", "small-all.yaml"], "small"),
        ("verdict.task", ["small.yaml"], "mnist-ardis"),
    ],
)
def test_value_of_the_merged_configuration(key, files, value, capsys):
    configured.main([key, *(str(CONFIG / name) for name in files)])
    assert capsys.readouterr().out == f"{value}\n"


@pytest.mark.parametrize("key", ["runs", "verdict.job", "run.name"])
def test_unknown_key_is_named(key):
    with pytest.raises(ConfigError, match=f"{key}: is not in"):
        configured.main([key, str(CONFIG / "test.yaml")])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: not a readable YAML file"):
        configured.main(["run", str(tmp_path / "none.yaml")])
