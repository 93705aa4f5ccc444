"""The configuration: every mistake is told at once; parameters resolve to the paper's values."""

import functools
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from edgecase import attacks, authors_cli, config, defenses, poison
from edgecase.errors import ConfigError
from edgecase.figures import FIGURES
from edgecase.grid import Cell, all_cells, expand

CONFIG = Path(__file__).parents[1] / "config"
T1, T2 = "cifar10-southwest", "emnist-ardis"

read = functools.cache(config.load)


def paper():
    return unshared(read())


def unshared(value):
    """A copy in which no two places share a mapping, as they do behind YAML's anchors."""
    if isinstance(value, dict):
        return {key: unshared(inner) for key, inner in value.items()}
    return [unshared(inner) for inner in value] if isinstance(value, list) else value


def edited(*changes, base=None):
    """The paper's configuration, or `base`, with values set at dotted places; ... removes one."""
    edited = unshared(base or read())
    for place, value in changes:
        *parents, last = [int(key) if key.isdecimal() else key for key in place.split("/")]
        inner = edited
        for key in parents:
            inner = inner[key]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return edited


def problems(*changes, base=None):
    with pytest.raises(ConfigError) as caught:
        config.check(edited(*changes, base=base))
    return caught.value.problems


BLOCK = {
    "tasks": [T1],
    "participations": ["fixed-freq-10"],
    "cases": ["edge-case"],
    "attacks": ["blackbox"],
    "defenses": ["no-defense"],
}


def with_cell(**axes):
    """The paper's tasks with one cell."""
    block = BLOCK | {axis: [value] for axis, value in axes.items()}
    return edited(("figures", {}), ("grid", [block]))


# every mistake alone: one message with the key, the value and what is allowed

NUMBERS = [
    ("tasks/cifar10-southwest/lr", "1e-4", ["'number'", "(YAML reads 1e-4 as text: write 1.0e-4)"]),
    ("tasks/cifar10-southwest/lr", "fast", ["'number'"]),
    ("tasks/cifar10-southwest/lr", 0, ["minimum of 0"]),
    ("tasks/cifar10-southwest/lr", -0.1, ["minimum of 0"]),
    ("tasks/cifar10-southwest/lr", math.inf, ["not a finite number"]),
    ("tasks/cifar10-southwest/lr", math.nan, ["not a finite number"]),
    ("tasks/cifar10-southwest/lr", True, ["'number'"]),
    ("tasks/cifar10-southwest/lr", None, ["'number'"]),
    ("tasks/cifar10-southwest/gamma", 1.01, ["maximum of 1"]),
    ("tasks/cifar10-southwest/momentum", 1, ["maximum of 1"]),
    ("tasks/cifar10-southwest/weight_decay", -1e-4, ["minimum of 0"]),
    ("tasks/cifar10-southwest/rounds", 0, ["minimum of 1"]),
    ("tasks/cifar10-southwest/rounds", 1.5, ["'integer'"]),
    ("tasks/cifar10-southwest/rounds", 10.0, ["'integer'"]),
    ("tasks/cifar10-southwest/rounds", "10", ["'integer'"]),
    ("tasks/cifar10-southwest/num_clients", math.inf, ["'integer'"]),
    ("tasks/cifar10-southwest/num_clients", 0, ["minimum of 1"]),
    ("tasks/cifar10-southwest/test_samples", 0, ["minimum of 1"]),
    ("tasks/cifar10-southwest/eps", -2.0, ["minimum of 0"]),
    ("tasks/cifar10-southwest/model/width", 0, ["minimum of 0"]),
    ("tasks/cifar10-southwest/pretrain/epochs", -1, ["minimum of 0"]),
    ("tasks/cifar10-southwest/evaluate_every", 0, ["minimum of 1"]),
    ("tasks/cifar10-southwest/evaluate_every", 2.5, ["'integer'"]),
    ("tasks/cifar10-southwest/start", "random", ["'trained'", "'authors'"]),
    ("tasks/cifar10-southwest/switches", {"p_study": "both"}, ["'published'", "'matched'"]),
    ("tasks/cifar10-southwest/partition/alpha", 0, ["minimum of 0"]),
    ("tasks/cifar10-southwest/partition/num_samples", 10.0, ["'integer'"]),
    ("tasks/cifar10-southwest/poison/clean", -1, ["minimum of 0"]),
    ("switches/orientation", "upside-down", ["'published'", "'upright'"]),
    ("switches/transforms", "none", ["'published'", "'one'", "'plain'"]),
    ("seeds", [0, -1], ["minimum of 0"]),
    ("seeds", [0, 1.0], ["'integer'"]),
    ("seeds", [1, 2, 1], ["non-unique"]),
    ("seeds", [], ["non-empty"]),
    ("seeds", 3, ["'array'"]),
    ("threads", 0, ["minimum of 1"]),
    ("precision", "fp16", ["'fp32'", "'bf16'"]),
    ("mirror", 5, ["'string'", "'null'"]),
    ("device", "gpu", ["allowed: auto, cpu, cuda, cuda:<n>"]),
    ("device", "cuda:-1", ["allowed: auto, cpu, cuda, cuda:<n>"]),
]


@pytest.mark.parametrize(("place", "value", "allowed"), NUMBERS)
def test_value_that_is_not_allowed(place, value, allowed):
    found = problems((place, value))
    told = [problem for problem in found if problem.startswith(place.replace("/", "."))]
    assert told, found
    shown = value[-1] if isinstance(value, list) and value else value
    shown = next(iter(shown.values())) if isinstance(shown, dict) else shown
    for part in [str(shown), *allowed]:
        assert part in " ".join(told)
    # A task without one of its numbers is told of nothing that follows from it.
    assert len(found) == len(told)
    assert len(told) <= 2


@pytest.mark.parametrize("name", ["data", "a/b", "../up", "Paper", "with space", "", "-x", "a.b"])
def test_run_that_names_no_folder_of_its_own(name):
    (problem,) = problems(("run", name))
    assert problem == (
        f"run: '{name}' cannot be used; allowed: lower-case letters and digits, joined by single "
        "hyphens; not data"
    )


@pytest.mark.parametrize("name", ["database", "small", "cli-test", "a-1"])
def test_run_of_another_name(name):
    config.check(edited(("run", name)))


@pytest.mark.parametrize(
    ("place", "key", "where"),
    [
        ("rouns", "rouns", "the configuration"),
        ("switches/p-study", "p-study", "switches"),
        (f"tasks/{T1}/learning_rate", "learning_rate", f"tasks.{T1}"),
        (f"tasks/{T1}/model/depth", "depth", f"tasks.{T1}.model"),
        (f"tasks/{T1}/pretrain/gamma", "gamma", f"tasks.{T1}.pretrain"),
        (f"tasks/{T1}/partition/beta", "beta", f"tasks.{T1}.partition"),
        (f"tasks/{T1}/poison/fraction", "fraction", f"tasks.{T1}.poison"),
        ("overrides/matched/round", "round", "overrides.matched"),
        ("figures/fig4/0/defences", "defences", "figures.fig4.0"),
    ],
)
def test_unknown_key_is_told_with_those_that_are_known(place, key, where):
    found = problems((place, 1))
    assert all(problem.startswith(where) for problem in found)
    told = [problem for problem in found if key in problem]
    assert len(told) >= 1
    assert "; allowed: " in told[0]


@pytest.mark.parametrize(
    ("place", "key", "where"),
    [
        ("seeds", "seeds", "the configuration"),
        ("tasks", "tasks", "the configuration"),
        ("figures", "figures", "the configuration"),
        (f"tasks/{T1}/lr", "lr", f"tasks.{T1}"),
        (f"tasks/{T1}/defenses", "defenses", f"tasks.{T1}"),
        (f"tasks/{T1}/model/width", "width", f"tasks.{T1}.model"),
        (f"tasks/{T1}/pretrain/lr", "lr", f"tasks.{T1}.pretrain"),
        ("figures/fig4/0/cases", "cases", "figures.fig4.0"),
    ],
)
def test_missing_key(place, key, where):
    (problem,) = problems((place, ...))
    assert problem.startswith(f"{where}: '{key}' is ")


@pytest.mark.parametrize(
    ("place", "value", "allowed"),
    [
        ("figures/fig4/0/tasks", "cifar10", f"{T1}, cifar10-greencar, {T2}, mnist-ardis"),
        ("figures/fig4/0/cases", "edge", "edge-case, almost-edge-case, normal-case"),
        ("figures/fig5/0/attacks", "PGD", "none, blackbox, blackbox-replacement, blackbox-prox"),
        ("figures/fig5/0/attacks", "pgd-prox-replacement", "pgd-replacement-prox"),
        ("figures/fig5/0/attacks", "none-prox", "none, blackbox"),
        ("figures/fig5/0/defenses", "krumm", "krum, multi-krum, rfa"),
        ("figures/fig5/0/overrides", "macthed", "default, edge-2pc"),
        ("grid/0/defenses", "multi_krum", "krum, multi-krum, rfa"),
        ("grid/0/participations", "fixed-freq-0", "fixed-freq-<period>, fixed-pool-<attackers>"),
        ("grid/0/participations", "fixed-freq", "with a number of at least 1"),
        ("grid/0/participations", "fixed-pool--1", "with a number of at least 1"),
        ("grid/0/participations", "fixed-pool-1.5", "with a number of at least 1"),
        ("grid/0/participations", "random-10", "fixed-freq-<period>, fixed-pool-<attackers>"),
    ],
)
def test_unknown_name_on_an_axis(place, value, allowed):
    (problem,) = problems((place, [value]))
    assert problem.startswith(place.replace("/", ".") + ": ")
    assert f"'{value}' is unknown; allowed: " in problem
    assert allowed in problem


@pytest.mark.parametrize(
    ("place", "value", "allowed"),
    [
        (f"tasks/{T1}/dataset", "cifar100", "cifar10, emnist, mnist, standin"),
        (f"tasks/{T1}/edge_set", "northwest", "southwest"),
        (f"tasks/{T1}/model/name", "resnet18", "vgg9, vgg11"),
        ("overrides/matched/model", {"name": "vgg19"}, "vgg9, vgg11"),
        ("overrides/matched/dataset", "svhn", "cifar10"),
    ],
)
def test_unknown_name_in_a_task_or_an_override(place, value, allowed):
    (problem,) = problems((place, value))
    name = value["name"] if isinstance(value, dict) else value
    where = place.replace("/", ".") + (".name" if isinstance(value, dict) else "")
    assert problem.startswith(f"{where}: '{name}' is unknown; allowed: ")
    assert allowed in problem


@pytest.mark.parametrize(
    "place", [f"tasks/{T1}/defenses/krumm", "overrides/matched/defenses", "figures/fig9"]
)
def test_unknown_defense_or_figure_as_a_key(place):
    value = {"krumm": {}} if place.startswith("overrides") else {}
    (problem,) = problems((place, [] if "fig9" in place else value))
    allowed = ", ".join(FIGURES if "fig9" in place else defenses.names())
    assert problem.endswith(f"is unknown; allowed: {allowed}")


@pytest.mark.parametrize("name", ["Big", "a_b", "a/b", "-a", "a--b"])
def test_name_that_makes_no_path(name):
    for section, body in (("tasks", read()["tasks"][T1]), ("overrides", {})):
        (problem,) = problems((section, read()[section] | {name: body}))
        assert problem.startswith(f"{section}: '{name}' cannot be used; allowed: lower-case")


def test_default_is_no_name_of_an_override():
    overrides = {"matched": {}, "default": {"rounds": 3}}
    (problem,) = problems(("overrides", overrides), ("claims", {}), base=with_cell())
    assert "'default'" in problem


@pytest.mark.parametrize("section", ["tasks", "figures", "switches", "grid", "overrides"])
@pytest.mark.parametrize("value", [None, "x", 3])
def test_section_of_another_type_is_told_alone(section, value):
    (problem,) = problems((section, value))
    assert problem.startswith(f"{section}: {value!r} is not of type ")


# what does not fit together


def test_more_clients_per_round_than_clients():
    (problem,) = problems(("tasks/cifar10-southwest/clients_per_round", 201))
    assert problem == (f"tasks.{T1}.clients_per_round: 201 is more than num_clients, 200")


def test_all_clients_in_every_round():
    config.check(edited(("tasks/cifar10-southwest/clients_per_round", 200)))


def test_pool_larger_than_the_clients():
    (problem,) = problems(base=with_cell(participations="fixed-pool-201"))
    assert problem == (
        f"tasks.{T1}: fixed-pool-201: a pool of 201 attackers is larger than num_clients, 200"
    )
    config.check(with_cell(participations="fixed-pool-200"))


@pytest.mark.parametrize("name", ["krum", "multi-krum"])
@pytest.mark.parametrize(("assumed", "needed"), [(1, 5), (2, 7), (4, 11)])
def test_krum_with_too_few_clients(name, assumed, needed):
    base = edited(
        (f"tasks/{T1}/defenses/{name}", {"num_byzantine": assumed}),
        base=with_cell(defenses=name),
    )
    config.check(edited((f"tasks/{T1}/clients_per_round", needed), base=base))
    (problem,) = problems((f"tasks/{T1}/clients_per_round", needed - 1), base=base)
    assert problem.startswith(f"tasks.{T1}: {name}: a round of {needed - 1} clients")
    assert f"num_byzantine = {assumed}" in problem
    assert f"allowed: at least {needed} clients" in problem


def test_krum_with_too_few_clients_for_the_pool():
    base = edited(
        ("switches/pool_assumptions", "corrected"),
        base=with_cell(defenses="krum", participations="fixed-pool-100"),
    )
    (problem,) = problems(base=base)  # f = ceil(10 · 100 / 200) = 5
    assert "a round of 10 clients with num_byzantine = 5; allowed: at least 13 clients" in problem


@pytest.mark.parametrize(
    ("defense", "options", "told"),
    [
        ("norm-clipping", {"norm_bound": -1}, "is -1; allowed: a finite number > 0"),
        ("norm-clipping", {"norm_bound": 0}, "is 0; allowed: a finite number > 0"),
        ("norm-clipping", {"norm_bound": "2"}, "is '2'; allowed: a finite number > 0"),
        ("norm-clipping", {}, "is missing; allowed: a finite number > 0"),
        ("weak-dp", {"norm_bound": 1, "stddev": -0.1}, "is -0.1; allowed: a finite number >= 0"),
        ("krum", {"num_byzantine": 0}, "is 0; allowed: an integer >= 1"),
        ("rfa", {"max_iterations": 1.5}, "is 1.5; allowed: an integer >= 1"),
        ("rfa", {"bound": 1}, "unknown parameter 'bound' = 1; allowed: max_iterations, smoothing"),
    ],
)
def test_parameters_of_a_defense(defense, options, told):
    base = with_cell(defenses=defense)
    (problem,) = problems((f"tasks/{T1}/defenses/{defense}", options), base=base)
    assert problem.startswith(f"tasks.{T1}: {defense}: ")
    assert told in problem


def test_mistake_that_many_cells_share_is_told_once():
    (problem,) = problems((f"tasks/{T1}/defenses/norm-clipping", {"norm_bound": -1}))
    assert "norm_bound" in problem


def test_infinite_bound_is_told_once():
    found = problems((f"tasks/{T1}/defenses/norm-clipping/norm_bound", math.inf))
    assert f"tasks.{T1}.defenses.norm-clipping.norm_bound: inf is not a finite number" in found


@pytest.mark.parametrize(
    ("attack", "key"),
    [
        ("pgd", "eps"),
        ("pgd-prox", "eps"),
        ("pgd-replacement", "eps_replacement"),
        ("pgd-replacement-prox", "eps_replacement"),
    ],
)
def test_pgd_without_its_radius(attack, key):
    base = with_cell(attacks=attack)
    (problem,) = problems((f"tasks/{T1}/{key}", ...), base=base)
    assert problem == f"tasks.{T1}: {attack} needs '{key}', which is missing"
    other = {"eps": "eps_replacement", "eps_replacement": "eps"}[key]
    config.check(edited((f"tasks/{T1}/{other}", ...), base=base))


def test_case_that_the_edge_set_does_not_have():
    (problem,) = problems(base=with_cell(tasks="cifar10-greencar", cases="normal-case"))
    assert problem == (
        "tasks.cifar10-greencar: edge set greencar has no case 'normal-case'; allowed: edge-case"
    )


def test_model_for_images_of_another_shape():
    (problem,) = problems((f"tasks/{T1}/model/name", "lenet"))
    assert problem.startswith(f"tasks.{T1}.model.name: 'lenet' takes images (28, 28, 1)")
    assert "cifar10 has (32, 32, 3)" in problem


def test_authors_checkpoint_for_the_models_that_have_one():
    config.check(edited((f"tasks/{T1}/start", "authors"), (f"tasks/{T2}/start", "authors")))
    for task, place, value in ((T1, "model/width", 0.5), (T1, "model/name", "vgg11")):
        (problem,) = problems((f"tasks/{task}/start", "authors"), (f"tasks/{task}/{place}", value))
        assert problem.startswith(f"tasks.{task}.start: 'authors'")
        assert "allowed: vgg9 on cifar10, lenet on emnist, at width 1" in problem
    (problem,) = problems(("tasks/mnist-ardis/start", "authors"))
    assert problem.startswith("tasks.mnist-ardis.start: 'authors'")


def test_override_is_checked_where_it_is_used():
    wide = edited(("overrides/wide", {"clients_per_round": 300, "rounds": 3}))
    config.check(wide)
    (problem,) = problems(("grid/0/overrides", ["wide"]), base=wide)
    assert problem == (
        f"tasks.{T1} with override wide.clients_per_round: 300 is more than num_clients, 200"
    )


def test_pool_of_attackers_that_fixed_freq_does_not_read_may_be_of_any_size():
    line = "--fl_mode fixed-freq --num_nets 50 --attacker_pool_size 1000"
    assert authors_cli.interpret(line.split()).cell.participation == "fixed-freq-10"
    with pytest.raises(ConfigError, match="a pool of 1000 attackers is larger than num_clients"):
        authors_cli.interpret(line.replace("freq", "pool").split())


def test_every_problem_is_told_at_once():
    found = problems(
        ("rnu", 1),
        ("run", "data"),
        ("seeds", [0, 0]),
        ("device", "tpu"),
        ("switches/transforms", "two"),
        ("tasks/emnist-ardis/lr", "1e-4"),
        ("tasks/mnist-ardis/dataset", "fashion"),
        ("tasks/cifar10-southwest/eps", math.nan),
        ("tasks/cifar10-southwest/defenses/norm-clipping", {"norm_bound": -1}),
        ("tasks/cifar10-greencar/clients_per_round", 201),
        ("figures/fig4/0/cases", ["edge"]),
        ("figures/fig5/0/attacks", ["PGD"]),
        ("figures/fig9", []),
        ("grid/2/participations", ["fixed-freq-0"]),
        ("grid/1/participations", ["fixed-pool-999"]),
    )
    parts = [
        *("'rnu' was unexpected", "run: 'data'", "seeds: [0, 0]", "device: 'tpu'"),
        *(
            "switches.transforms: 'two'",
            "emnist-ardis.lr: '1e-4'",
            "mnist-ardis.dataset: 'fashion'",
        ),
        *("southwest.eps: nan", "norm_bound (largest l2 norm of an update) is -1"),
        *("cifar10-greencar.clients_per_round: 201", "fig4.0.cases: 'edge'"),
        *("fig5.0.attacks: 'PGD'", "figures: 'fig9'", "grid.2.participations: participation: "),
        "a pool of 999 attackers",
    ]
    assert len(found) == len(parts)
    for part in parts:
        assert sum(part in problem for problem in found) == 1, part


def test_nothing_is_changed_by_the_check():
    before = paper()
    config.check(before)
    assert before == read()


# files


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


# from a task to a cell


def cell(**axes):
    defaults = {axis: values[0] for axis, values in BLOCK.items()} | axes
    return Cell(*(defaults[axis] for axis in (*BLOCK, "overrides") if axis in defaults))


def test_override_is_merged_into_every_depth():
    changes = {
        "lr": 0.5,
        "model": {"width": 2.0},
        "pretrain": {"epochs": 1},
        "defenses": {"weak-dp": {"stddev": 0.5}},
        "switches": {"transforms": "one"},
    }
    base = edited(("overrides/mine", changes), ("switches/radius_decay", "never"))
    plain = config.resolve_task(base, T1)
    resolved = config.resolve_task(base, T1, "mine")
    assert resolved["lr"] == 0.5
    assert resolved["model"] == {"name": "vgg9", "width": 2.0}
    assert resolved["pretrain"] == plain["pretrain"] | {"epochs": 1}
    assert resolved["defenses"]["weak-dp"] == {"norm_bound": 2.0, "stddev": 0.5}
    assert resolved["defenses"]["norm-clipping"] == {"norm_bound": 2.0}
    assert resolved["switches"] == plain["switches"] | {"transforms": "one"}
    assert plain["switches"]["radius_decay"] == "never"
    assert {key for key in plain if plain[key] != resolved[key]} == changes.keys()
    assert base == edited(("overrides/mine", changes), ("switches/radius_decay", "never"))


def test_task_has_its_own_switches_and_an_override_the_last_word():
    base = edited(
        ("switches/p_study", "published"),
        (f"tasks/{T1}/switches", {"p_study": "matched", "transforms": "one"}),
        ("overrides/back", {"switches": {"transforms": "published"}}),
    )
    task = config.resolve_task(base, T1)["switches"]
    assert (task["p_study"], task["transforms"]) == ("matched", "one")
    back = config.resolve_task(base, T1, "back")["switches"]
    assert (back["p_study"], back["transforms"]) == ("matched", "published")
    assert config.resolve_task(base, T2)["switches"]["p_study"] == "published"


def test_switches_and_precision_have_defaults():
    base = edited(("switches", {}), ("precision", ...))
    config.check(base)
    resolved = config.resolve_task(base, T1)
    assert resolved["switches"] == config.SWITCHES
    assert resolved["precision"] == "fp32"


@pytest.mark.parametrize(
    ("attack", "radius"),
    [
        *(("none", None), ("blackbox", None), ("blackbox-replacement", None)),
        *(("pgd", 2.0), ("pgd-prox", 2.0)),
        *(("pgd-replacement", 0.083), ("pgd-replacement-prox", 0.083)),
    ],
)
def test_radius_is_that_of_the_attack(attack, radius):
    resolved = config.resolve_cell(paper(), cell(attacks=attack))
    assert resolved.get("eps") == radius
    assert ("eps" in resolved) == (radius is not None)
    assert "eps_replacement" not in resolved


def test_cell_has_its_defense_and_no_other():
    resolved = config.resolve_cell(paper(), cell(defenses="weak-dp"))
    assert resolved["defense"] == {"name": "weak-dp", "norm_bound": 2.0, "stddev": 0.0002}
    assert "defenses" not in resolved
    assert config.resolve_cell(paper(), cell())["defense"] == {"name": "no-defense"}


def test_cell_names_its_axes():
    resolved = config.resolve_cell(paper(), cell(cases="normal-case", attacks="pgd"))
    assert {key: resolved[key] for key in ("task", "participation", "case", "attack")} == {
        **{"task": T1, "participation": "fixed-freq-10"},
        **{"case": "normal-case", "attack": "pgd"},
    }


@pytest.mark.parametrize("name", ["krum", "multi-krum"])
@pytest.mark.parametrize(
    ("switch", "participation", "assumed"),
    [
        ("published", "fixed-freq-10", 3),
        ("published", "fixed-pool-100", 3),
        ("corrected", "fixed-freq-10", 3),
        ("corrected", "fixed-pool-1", 1),  # 10 · 1 / 200 = 0.05
        ("corrected", "fixed-pool-20", 1),  # exactly 1
        ("corrected", "fixed-pool-21", 2),  # 1.05
        ("corrected", "fixed-pool-40", 2),  # exactly 2
        ("corrected", "fixed-pool-100", 5),
        ("corrected", "fixed-pool-200", 10),
    ],
)
def test_assumed_attackers(name, switch, participation, assumed):
    base = edited(
        ("switches/pool_assumptions", switch),
        (f"tasks/{T1}/defenses/{name}", {"num_byzantine": 3}),
    )
    resolved = config.resolve_cell(base, cell(defenses=name, participations=participation))
    assert resolved["defense"]["num_byzantine"] == assumed


def test_assumed_attackers_are_one_by_default():
    base = edited((f"tasks/{T1}/defenses", {}))
    assert config.resolve_cell(base, cell(defenses="krum"))["defense"]["num_byzantine"] == 1


DIRICHLET = {
    **{"kind": "dirichlet", "alpha": 0.5, "min_samples": 10},
    **{"max_redraws": 100, "num_samples": None},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "iid"}, {"kind": "iid", "num_samples": None}),
        ({"kind": "iid", "num_samples": 500}, {"kind": "iid", "num_samples": 500}),
        ({"alpha": 0.1}, DIRICHLET | {"alpha": 0.1}),
        ({"num_samples": 500}, DIRICHLET | {"num_samples": 500}),
    ],
)
def test_partition_of_another_kind_keeps_no_key_of_the_first(changes, expected):
    base = edited(
        ("overrides/mine", {"partition": changes}), ("grid/0/overrides", ["default", "mine"])
    )
    config.check(base)
    assert config.resolve_task(base, T1, "mine")["partition"] == expected


def test_partition_with_a_key_of_no_kind_is_refused():
    override = {"partition": {"kind": "iid", "beta": 1}}
    found = problems(("overrides/mine", override), ("grid/0/overrides", ["mine"]))
    assert f"tasks.{T1} with override mine.partition.beta: unknown; allowed: kind, num_samples" in (
        found
    )


# variants: files that are equal are one file


@pytest.mark.parametrize(
    ("changes", "variants"),
    [
        ({}, ("default", "default", "default")),
        ({"lr": 0.5, "rounds": 3, "eps": 1.0}, ("default", "default", "default")),
        ({"defenses": {"rfa": {"max_iterations": 3}}}, ("default", "default", "default")),
        ({"model": {"width": 1.0}}, ("default", "default", "default")),
        ({"switches": {"radius_decay": "never"}}, ("default", "default", "default")),
        ({"partition": {"alpha": 0.1}}, ("mine", "default", "default")),
        ({"partition": {"kind": "iid"}}, ("mine", "default", "default")),
        ({"poison": {"edge": 50}}, ("default", "mine", "default")),
        ({"switches": {"p_study": "matched"}}, ("default", "mine", "default")),
        ({"num_clients": 100}, ("mine", "mine", "default")),
        ({"model": {"width": 0.5}}, ("default", "default", "mine")),
        ({"pretrain": {"epochs": 1}}, ("default", "default", "mine")),
        ({"start": "authors"}, ("default", "default", "mine")),
        ({"test_samples": 100}, ("default", "default", "mine")),
        ({"switches": {"transforms": "one"}}, ("default", "default", "mine")),
        ({"switches": {"orientation": "upright"}}, ("default", "default", "mine")),
        ({"edge_set": "greencar", "poison": {}}, ("mine", "mine", "default")),
    ],
)
def test_variant_is_named_only_if_the_file_differs(changes, variants):
    base = edited(("overrides/mine", changes))
    found = tuple(
        variant(base, T1, "mine")
        for variant in (config.partition_variant, config.poison_variant, config.pretrain_variant)
    )
    assert found == variants


def test_without_override_every_variant_is_the_default():
    for variant in (config.partition_variant, config.poison_variant, config.pretrain_variant):
        assert variant(paper(), T1, "default") == "default"


def test_matched_override_changes_the_split_of_the_photos_alone():
    plain, matched = (
        config.resolve_cell(paper(), cell(**override))
        for override in ({}, {"overrides": "matched"})
    )
    assert matched["switches"] == plain["switches"] | {"p_study": "matched"}
    assert matched["poison"] == plain["poison"] | {"p_study": "matched"}
    assert {key for key in plain if plain[key] != matched[key]} == {"switches", "poison"}


@pytest.mark.parametrize("place", ["switches/p_study", f"tasks/{T1}/switches"])
def test_wrong_switch_is_not_told_again_for_the_poisoned_sets(place):
    value = "both" if place.endswith("p_study") else {"p_study": "both"}
    (problem,) = problems((place, value))
    assert problem.startswith(f"{place.split('/p_')[0].replace('/', '.')}.p_study: 'both'")


# the paper's values, written down from its sections once more

COMMON = {
    "gamma": 0.998,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "rounds": 500,
    "test_samples": None,
    "project_frequency": 10,
    "prox_coefficient": 1,
    "first_attack_round": 1,
    "start": "trained",
    "partition": {"kind": "dirichlet", "alpha": 0.5, "min_samples": 10},
}
PAPER = {
    "cifar10-southwest": {
        "dataset": "cifar10",
        "edge_set": "southwest",
        "model": {"name": "vgg9", "width": 1},
        "num_clients": 200,
        "clients_per_round": 10,
        "local_epochs": 2,
        "attacker_epochs": 2,
        "batch_size": 32,
        "lr": 0.02,
        "attacker_lr": 0.02,
        "eps": 2,
        "eps_replacement": 0.083,
        "poison": {
            **{"edge": 100, "clean": 400, "honest_fraction": 1},
            **{"almost_share": 5 / 200, "normal_share": 10 / 200},
        },
    },
    "emnist-ardis": {
        "dataset": "emnist",
        "edge_set": "ardis",
        "model": {"name": "lenet", "width": 1},
        "num_clients": 3383,
        "clients_per_round": 30,
        "local_epochs": 5,
        "attacker_epochs": 5,
        "batch_size": 512,
        "lr": 0.1,
        "attacker_lr": 0.1,
        "eps": 1,
        "eps_replacement": 0.25,
        "poison": {
            **{"fraction": 0.1, "clean": 100, "honest_fraction": 1},
            **{"almost_share": pytest.approx(66 / 3383, abs=1e-4)},
            **{"normal_share": pytest.approx(169 / 3383, abs=1e-4)},
        },
    },
}


@pytest.mark.parametrize("task", PAPER)
def test_values_of_the_paper(task):
    resolved = config.resolve_task(paper(), task)
    expected = COMMON | PAPER[task]
    for key in ("partition", "poison"):
        part = expected.pop(key)
        assert {name: resolved[key][name] for name in part} == part
    assert {key: resolved[key] for key in expected} == expected


@pytest.mark.parametrize(("task", "bound", "stddev"), [(T1, 2, 0.0002), (T2, 1.5, 0.0005)])
def test_defenses_are_the_papers_but_for_the_noise(task, bound, stddev):
    """The published 0.025 and 0.158 destroy the model; the noise is a choice of this project."""
    assert config.resolve_task(paper(), task)["defenses"] == {
        "norm-clipping": {"norm_bound": bound},
        "weak-dp": {"norm_bound": bound, "stddev": stddev},
        "krum": {"num_byzantine": 1},
        "multi-krum": {"num_byzantine": 1},
        "rfa": {"max_iterations": 500, "smoothing": 1e-5, "tolerance": 1e-7},
    }


def test_other_tasks_of_the_paper():
    cars = config.resolve_task(paper(), "cifar10-greencar")
    assert (cars["edge_set"], cars["poison"].get("edge", 27), cars["poison"]["clean"]) == (
        *("greencar", 27, 473),
    )
    digits = config.resolve_task(paper(), "mnist-ardis")
    assert (digits["dataset"], digits["num_clients"]) == ("mnist", 846)
    assert digits["poison"]["fraction"] == 0.1


def test_switches_of_the_paper_follow_the_released_code_but_for_its_shifted_counts():
    switches = config.resolve_task(paper(), T1)["switches"]
    assert switches.pop("multi_krum_counts") == "corrected"
    assert set(switches.values()) == {"published"}
    assert len(switches) == 6


def test_cells_of_figure_4():
    cells = expand(paper()["figures"]["fig4"])
    cases = ["edge-case", "almost-edge-case", "normal-case"]
    rest = ("blackbox", "no-defense")
    wanted = [Cell(task, "fixed-freq-10", case, *rest) for task in (T1, T2) for case in cases]
    wanted += [Cell(T1, "fixed-freq-10", case, *rest, "matched") for case in cases]
    assert len(cells) == 9
    assert set(cells) == set(wanted)


def test_cells_of_figure_5():
    cells = expand(paper()["figures"]["fig5"])
    rules = ["no-defense", "norm-clipping", "krum", "multi-krum", "rfa"]
    wanted = {
        Cell(task, "fixed-freq-10", "edge-case", attack, rule)
        for task, attack, rule in product(
            [T1, T2], ["none", "blackbox", "pgd", "pgd-replacement"], rules
        )
        if (attack, rule) != ("pgd-replacement", "krum")  # not run in the paper
    }
    assert len(cells) == 38
    assert set(cells) == wanted


def test_grid_is_every_attack_and_defense_in_both_kinds_of_participation():
    cells = set(all_cells(paper()))
    rules = (
        "no-defense",
        "norm-clipping",
        "norm-clipping-adaptive",
        "weak-dp",
        "multi-krum",
        "rfa",
    )
    methods = ("none", "blackbox", "blackbox-replacement", "pgd", "pgd-replacement")
    # 2.5 % of 200 and of 3383 clients
    for task, pool in ((T1, "fixed-pool-5"), (T2, "fixed-pool-85")):
        for attack, rule in product(methods, rules):
            for mode in ("fixed-freq-10", pool):
                assert Cell(task, mode, "edge-case", attack, rule) in cells
        for attack in methods:
            assert Cell(task, pool, "edge-case", attack, "krum") in cells


# the configurations that come with the project

NAMES = ["paper", "small", "demo", "test"]


@functools.cache
def shipped(name):
    return read(None if name == "paper" else CONFIG / f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_a_shipped_configuration_is_valid(name):
    whole = shipped(name)  # checked when it is read
    assert whole["run"] == name
    cells = all_cells(whole)
    assert cells
    for cell in cells:
        resolved = config.resolve_cell(whole, cell)
        options = {key: value for key, value in resolved["defense"].items() if key != "name"}
        assert defenses.validate(cell.defense, options, resolved["clients_per_round"]) == []
        assert resolved["clients_per_round"] <= resolved["num_clients"]
        assert (resolved.get("eps", 0) > 0) == cell.attack.startswith("pgd")


def share(task, per_round, sevens=660):
    """The attacker's share of a round's samples, mean size of the honest clients assumed."""
    samples = {"cifar10": 50_000, "emnist": 240_000, "mnist": 60_000}[task["dataset"]]
    samples = task["partition"].get("num_samples") or samples
    edge = task["poison"].get("edge") or int(task["poison"]["fraction"] * sevens)
    poisoned = edge + task["poison"]["clean"]
    return 100 * poisoned / (poisoned + (per_round - 1) * samples / task["num_clients"])


@pytest.mark.parametrize(
    ("name", "task", "published", "within"),
    [
        ("paper", T1, 18, 0.5),  # 500 of 2,750
        ("paper", T2, 7.5, 0.1),  # 166 of 2,225
        ("paper", "mnist-ardis", 7.5, 0.1),
        ("small", T1, 18, 3),
        ("small", "mnist-ardis", 7.5, 3),
    ],
)
def test_attacker_has_the_share_of_a_round_that_the_paper_gives_it(name, task, published, within):
    resolved = config.resolve_task(shipped(name), task)
    assert share(resolved, resolved["clients_per_round"]) == pytest.approx(published, abs=within)


def test_small_configuration_draws_the_papers_panels():
    def panels(name, figure):
        cells = expand(shipped(name)["figures"][figure])
        return {replace(cell, participation="") for cell in cells}  # whatever its period

    for figure in ("fig4", "fig5"):
        wanted = panels("paper", figure)
        smaller = {replace(cell, task="mnist-ardis") for cell in wanted if cell.task == T2}
        assert panels("small", figure) == {cell for cell in wanted if cell.task == T1} | smaller


def test_demo_has_every_case_attack_defense_and_kind_of_participation():
    cells = all_cells(shipped("demo"))
    assert {cell.case for cell in cells} == set(poison.CASES)
    assert {cell.attack for cell in cells} == set(attacks.names())
    assert {cell.defense for cell in cells} == set(defenses.names())
    kinds = {cell.participation.rpartition("-")[0] for cell in cells}
    assert kinds == {"fixed-freq", "fixed-pool"}
    assert {cell.task for cell in cells} == {"standin-planes", "standin-digits"}


@pytest.mark.parametrize("name", ["demo", "test"])
def test_demo_and_test_need_no_download(name):
    whole = shipped(name)
    used = {whole["tasks"][cell.task]["dataset"] for cell in all_cells(whole)}
    used |= {whole["tasks"][cell.task]["edge_set"] for cell in all_cells(whole)}
    assert all(name.startswith("standin-") for name in used)


@pytest.mark.parametrize("key", ["run", "device"])
def test_a_line_break_at_the_end_of_a_name_is_refused(key):
    """Names reach shell commands; `$` in a pattern would let one line break through."""
    (problem,) = problems((key, f"{paper()['run'] if key == 'run' else 'cpu'}\n"))
    assert problem.startswith(f"{key}: ")


def test_a_configuration_without_cells_is_refused():
    (problem,) = problems(("figures", {"fig4": []}), ("grid", []))
    assert problem == "figures and grid: they declare no cell; at least one is needed"


@pytest.mark.parametrize("value", [None, {}, 5, "x", {"task": T1}, {"task": 3, "participation": 4}])
@pytest.mark.parametrize("role", ["task1", "task2"])
def test_role_of_a_wrong_kind_is_told(role, value):
    found = problems((f"claims/{role}", value))
    assert all(problem.startswith(f"claims.{role}") for problem in found)


@pytest.mark.parametrize("value", [None, 5, ["a"], "sigma-9"])
def test_sigma_override_of_a_wrong_kind_is_told(value):
    (problem,) = problems(("claims/sigma_override", value))
    assert problem.startswith("claims.sigma_override: ")


@pytest.mark.parametrize("value", ["x", 5, {"task": T1}])
def test_unknown_role_is_told_with_those_that_are_known(value):
    (problem,) = problems(("claims/task6", value))
    assert problem.startswith("claims: Additional properties are not allowed ('task6' was")
    assert problem.endswith("; allowed: task1, task2, sigma_override")
