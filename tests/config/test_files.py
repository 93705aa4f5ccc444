"""Configurations in files, and what `--config` changes."""

import pytest
from tests.config.made_up import CONFIG, T1, T2, edited, paper

from edgecase import config
from edgecase.base.errors import ConfigError
from edgecase.results.cells import all_cells

BLOCK = (
    "{tasks: [mnist-ardis], participations: [fixed-freq-10], cases: [edge-case], "
    "attacks: [blackbox], defenses: [krum]}"
)


def combined(tmp_path, *texts, **command_line):
    paths = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return config.combine(paths, command_line)


def test_file_states_what_differs(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("run: mine\nseeds: [7]\ntasks: {cifar10-southwest: {model: {width: 0.5}}}\n")
    changes = ("run", "mine"), ("seeds", [7]), (f"tasks/{T1}/model/width", 0.5)
    assert config.load(path) == edited(*changes)


@pytest.mark.parametrize("text", ["run: [", "- run", ""])
def test_file_that_is_no_mapping_is_told_by_name(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yaml: not a readable YAML file"):
        config.load(tmp_path / "absent.yaml")


# keys given twice


def test_repeated_keys_are_told_with_their_lines(tmp_path):
    text = "run: mine\nseeds: [1]\ntasks:\n  a: {lr: 0.1, lr: 0.2}\n  b: {}\nseeds: [2]\n"
    with pytest.raises(ConfigError) as caught:
        combined(tmp_path, text)
    assert caught.value.problems == [
        f"{tmp_path}/0.yaml: the key 'lr' is given twice, in lines 4 and 4; keep one of them",
        f"{tmp_path}/0.yaml: the key 'seeds' is given twice, in lines 2 and 6; keep one of them",
    ]


def test_a_merge_key_may_be_overruled_and_anchors_go_on_working(tmp_path):
    text = (
        "overrides:\n  one: &one {lr: 0.1, eps: 1.0}\n  two: &two {<<: *one, lr: 0.2}\n"
        "  three: {<<: *two, eps: 2.0}\n"
    )
    overrides = combined(tmp_path, text)["overrides"]
    assert overrides["two"] == {"lr": 0.2, "eps": 1.0}
    assert overrides["three"] == {"lr": 0.2, "eps": 2.0}


# whose cells they are


@pytest.mark.parametrize("text", ["grid: [%s]", "figures: {fig4: [%s]}"])
def test_cells_of_ones_own_are_the_only_ones(tmp_path, text):
    mine = combined(tmp_path, text % BLOCK)
    (cell,) = all_cells(mine)
    assert (cell.task, cell.defense) == ("mnist-ardis", "krum")
    assert mine["densities"] == paper()["densities"] | {"tasks": []}
    assert mine["claims"] == paper()["claims"]
    config.check(mine)


def test_later_files_add_figures_and_may_drop_them(tmp_path):
    first, second = (
        f"figures: {{fig4: [{BLOCK}], fig5: [{BLOCK}]}}",
        f"figures: {{fig3: [{BLOCK}]}}",
    )
    both = combined(tmp_path, first, second, figures={"fig5": []})
    assert {name: len(blocks) for name, blocks in both["figures"].items()} == {
        **{"fig3": 1, "fig4": 1, "fig5": 0}
    }
    assert both["grid"] == []
    named = combined(tmp_path, first, "densities: {tasks: [mnist-ardis]}")
    assert named["densities"] == paper()["densities"] | {"tasks": ["mnist-ardis"]}


def test_the_small_runs_build_on_each_other():
    small = config.load(CONFIG / "small.yaml")
    assert small["figures"].keys() == {"fig4", "fig5", "heatmap"}
    everything = config.load(CONFIG / "small.yaml", CONFIG / "small-all.yaml")
    assert everything["figures"].keys() == paper()["figures"].keys()
    assert everything["figures"]["fig4"] == small["figures"]["fig4"]


# the command line: what Snakemake 9.27 makes of each `--config` stands in the comments


def test_texts_of_the_command_line_become_what_the_schema_asks_for(tmp_path):
    changed = combined(
        tmp_path,
        # seeds=[0,1] run=7 mirror=null save_minutes=0.5 device=cpu
        **{"seeds": ["0", "1"], "run": 7, "mirror": "null", "save_minutes": 0.5, "device": "cpu"},
        # tasks={emnist-ardis: {lr: 1e-4, rounds: 3, test_samples: null, partition: {…}, …}}
        tasks={
            T2: {
                **{"lr": "1e-4", "rounds": "3", "test_samples": "null"},
                "partition": {"kind": "iid", "num_samples": "null"},
                "poison": {"fraction": "0.2"},
                "defenses": {"krum": {"num_byzantine": "2"}},
                "start": "trained",
            }
        },
        # overrides={seven: {eps: 7}} verdict={radii: [1, 2]}
        overrides={"seven": {"eps": "7"}},
        verdict={"radii": ["eps-1", "7"]},
    )
    assert (changed["seeds"], changed["run"], changed["mirror"]) == ([0, 1], "7", None)
    task = changed["tasks"][T2]
    assert (task["lr"], task["rounds"], task["test_samples"]) == (1e-4, 3, None)
    assert type(task["rounds"]) is int
    assert task["partition"]["num_samples"] is None
    assert (task["partition"]["kind"], task["start"]) == ("iid", "trained")
    assert (task["poison"]["fraction"], task["defenses"]["krum"]) == (0.2, {"num_byzantine": 2})
    assert changed["overrides"]["seven"] == {"eps": 7}
    assert changed["verdict"]["radii"] == ["eps-1", "7"]


@pytest.mark.parametrize(
    ("command_line", "told"),
    [
        ({"tasks": {T2: {"lr": "fast"}}}, f"tasks.{T2}.lr: 'fast' is not of type 'number'"),
        ({"seeds": ["0", "one"]}, "seeds.1: 'one' is not of type 'integer'"),
        ({"seeds": 3}, "seeds: 3 is not of type 'array'"),
        ({"seed": ["1"]}, "the configuration: 'seed' is unknown; did you mean 'seeds'?"),
    ],
)
def test_what_stands_for_nothing_is_refused_as_it_was_given(tmp_path, command_line, told):
    with pytest.raises(ConfigError) as caught:
        config.check(combined(tmp_path, **command_line))
    (problem,) = caught.value.problems
    assert problem.startswith(told)
