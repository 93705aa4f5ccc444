"""Configurations in files."""

import pytest
from tests.config.made_up import T1, edited

from edgecase import config
from edgecase.base.errors import ConfigError


def test_file_states_what_differs(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "run: mine\nseeds: [7]\ntasks: {cifar10-southwest: {model: {width: 0.5}}}\n"
        "figures: {fig4: []}\n"
    )
    changed = config.load(path)
    expected = edited(
        *(("run", "mine"), ("seeds", [7]), ("figures/fig4", [])),
        (f"tasks/{T1}/model/width", 0.5),
    )
    assert changed == expected


@pytest.mark.parametrize("text", ["run: [", "- run", "just text", "", "run: \x00"])
def test_file_that_is_no_mapping_is_told_by_name(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yaml: not a readable YAML file"):
        config.load(tmp_path / "absent.yaml")
