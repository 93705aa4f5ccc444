"""Every mistake of a configuration is told, with the key, the value and what is allowed."""

import math

import pytest
from tests.config.made_up import T1, T2, T4, T5, edited, paper, problems, read, with_cell

from edgecase import config, defenses
from edgecase.authors import cli as authors_cli
from edgecase.base.errors import ConfigError
from edgecase.figures import FIGURES

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
    ("tasks/cifar10-southwest/label", "two\nlines", ["allowed: one line of at most 40 characters"]),
    ("tasks/cifar10-southwest/start", "random", ["allowed: trained, rounds, authors"]),
    ("tasks/cifar10-southwest/switches", {"p_study": "both"}, ["allowed: published, matched"]),
    ("tasks/cifar10-southwest/partition/alpha", 0, ["number > 0"]),
    ("tasks/cifar10-southwest/partition/num_samples", 10.0, ["whole number"]),
    ("tasks/cifar10-southwest/poison/clean", -1, ["whole number ≥ 0"]),
    ("switches/orientation", "upside-down", ["allowed: published, upright"]),
    ("switches/transforms", "none", ["allowed: published, one, plain"]),
    ("seeds", [0, -1], ["minimum of 0"]),
    ("seeds", [0, 1.0], ["'integer'"]),
    ("seeds", [1, 2, 1], ["non-unique"]),
    ("seeds", [], ["non-empty"]),
    ("seeds", 3, ["'array'"]),
    ("threads", 0, ["minimum of 1"]),
    ("precision", "fp16", ["allowed: fp32, tf32, bf16"]),
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


@pytest.mark.parametrize("name", ["data", "a/b", "Paper", "with space", "", "-x", "cli."])
def test_run_that_names_no_folder_of_its_own(name):
    (problem,) = problems(("run", name))
    assert problem == (
        f"run: '{name}' cannot be used; allowed: lower-case letters and digits, joined by single "
        "hyphens; not data"
    )


@pytest.mark.parametrize("name", ["database", "small", "cli", "cli-test", "cli.paper", "a-1"])
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
    assert " allowed: " in told[0]


@pytest.mark.parametrize(
    ("place", "key", "where"),
    [
        ("seeds", "seeds", "the configuration"),
        ("tasks", "tasks", "the configuration"),
        ("figures", "figures", "the configuration"),
        (f"tasks/{T1}/lr", "lr", f"tasks.{T1}"),
        ("figures/fig4/0/cases", "cases", "figures.fig4.0"),
    ],
)
def test_missing_key(place, key, where):
    (problem,) = problems((place, ...))
    assert problem.startswith(f"{where}: '{key}' is ")


@pytest.mark.parametrize("key", ["model/width", "pretrain/lr"])
def test_missing_key_of_a_group(key):
    (problem,) = problems((f"tasks/{T1}/{key}", ...))
    assert problem.startswith(f"tasks.{T1}.{key.replace('/', '.')}: is missing (")
    assert problem.endswith("; allowed: number > 0, ≤ 100" if "width" in key else "number > 0")


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
    assert f"'{value}' is unknown;" in problem
    assert allowed in problem.partition(" allowed: ")[2]


@pytest.mark.parametrize(
    ("place", "value", "allowed"),
    [
        (f"tasks/{T1}/dataset", "svhn", "cifar10, cifar100, comments, emnist"),
        (f"tasks/{T1}/edge_set", "northwest", "southwest"),
        (f"tasks/{T1}/model/name", "resnet50", "vgg9, vgg11"),
        ("overrides/matched/model", {"name": "vgg19"}, "vgg9, vgg11"),
        ("overrides/matched/dataset", "svhn", "cifar10"),
    ],
)
def test_unknown_name_in_a_task_or_an_override(place, value, allowed):
    (problem,) = problems((place, value))
    name = value["name"] if isinstance(value, dict) else value
    where = place.replace("/", ".") + (".name" if isinstance(value, dict) else "")
    assert problem.startswith(f"{where}: '{name}' is unknown;")
    assert allowed in problem.partition(" allowed: ")[2]


@pytest.mark.parametrize(
    "place", [f"tasks/{T1}/defenses/krumm", "overrides/matched/defenses", "figures/fig9"]
)
def test_unknown_defense_or_figure_as_a_key(place):
    value = {"krumm": {}} if place.startswith("overrides") else {}
    (problem,) = problems((place, [] if "fig9" in place else value))
    allowed = ", ".join(FIGURES if "fig9" in place else defenses.names())
    assert f" allowed: {allowed}" in problem


@pytest.mark.parametrize(
    ("place", "value", "near"),
    [
        ("figures/fig4/0/tasks", ["mnist"], "mnist-ardis"),
        ("figures/fig5/0/attacks", ["PGD"], "pgd"),
        ("figures/fig5/0/defenses", ["krumm"], "krum"),
        ("figures/fig4/0/cases", ["edge"], "edge-case"),
        ("figures/fig5/0/overrides", ["macthed"], "matched"),
        (f"tasks/{T1}/dataset", "cifar-10", "cifar10"),
        (f"tasks/{T1}/edge_set", "southwst", "southwest"),
        (f"tasks/{T1}/model/name", "vgg-9", "vgg9"),
        ("figures/fig9", [], "fig8"),
        ("claims/task1/task", "cifar10-southwset", T1),
        ("claims/sigma_override", "unusaul", "unusual"),
        ("densities/tasks", ["emnist"], T2),
        ("rouns", 1, "run"),
        ("backend", "sequental", "sequential"),
        ("device", "CUDA", "cuda"),
        ("grid/0/participations", ["fixd-freq-10"], "fixed-freq-10"),
    ],
)
def test_the_name_that_was_probably_meant(place, value, near):
    (problem,) = problems((place, value))
    assert f"; did you mean '{near}'? allowed: " in problem


def test_a_change_of_a_task_that_is_not_there_is_told_in_one_line():
    (problem,) = problems(("tasks/mnist", {"lr": 0.1, "rounds": 3}))
    assert problem == (
        "tasks: there is no task 'mnist'; did you mean 'mnist-ardis'? A new task needs every key"
    )
    (problem,) = problems(("tasks/letters", {"lr": 0.1}))
    assert problem.startswith("tasks.letters: lacks batch_size, clients_per_round, dataset, ")
    assert f"a change is of one of: {T1}, cifar10-greencar, {T2}, mnist-ardis" in problem
    (problem,) = problems(("tasks/letters", {"lrr": 0.1, "label": "letters"}))
    assert problem.startswith(
        "tasks.letters: 'lrr' is unknown; did you mean 'lr'? lacks batch_size, "
    )


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


def test_attacks_that_begin_after_the_last_round():
    late = ("tasks/cifar10-southwest/first_attack_round", 501)
    (problem,) = problems(late)
    assert problem == (
        f"tasks.{T1}: first_attack_round: 501 is after the last round, so no attacker ever acts; "
        "allowed: up to rounds, 500"
    )
    config.check(edited((late[0], 500)))
    config.check(edited(late, base=with_cell(attacks="none")))


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
        ("norm-clipping", {"norm_bound": -1}, "norm_bound: -1 is not allowed (largest l2 norm"),
        ("norm-clipping", {"norm_bound": "2"}, "norm_bound: '2' is not allowed"),
        ("norm-clipping", {}, "norm_bound: is missing"),
        ("weak-dp", {"norm_bound": 1, "stddev": -0.1}, "allowed: number ≥ 0"),
        ("rfa", {"max_iterations": 1.5}, "allowed: whole number ≥ 1"),
        ("rfa", {"bound": 1}, "bound: is unknown; allowed: max_iterations, smoothing"),
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
    assert problem.startswith(f"tasks.{T1}.model.name: 'lenet' takes inputs (28, 28, 1)")
    assert "cifar10 has (32, 32, 3)" in problem


def test_authors_checkpoint_for_the_models_that_have_one():
    config.check(edited((f"tasks/{T1}/start", "authors"), (f"tasks/{T2}/start", "authors")))
    for task, place, value in ((T1, "model/width", 0.5), (T1, "model/name", "vgg11")):
        (problem,) = problems((f"tasks/{task}/start", "authors"), (f"tasks/{task}/{place}", value))
        assert problem.startswith(f"tasks.{task}.start: 'authors'")
        assert "allowed: vgg9 on cifar10, lenet on emnist, vgg11-imagenet on" in problem
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
        *("'rnu' is unknown", "run: 'data'", "seeds: [0, 0]", "device: 'tpu'"),
        *(
            "switches.transforms: 'two'",
            "emnist-ardis.lr: '1e-4'",
            "mnist-ardis.dataset: 'fashion'",
        ),
        *("southwest.eps: nan", "norm-clipping: norm_bound: -1 is not allowed"),
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


@pytest.mark.parametrize("key", ["run", "device"])
def test_a_line_break_at_the_end_of_a_name_is_refused(key):
    """Names reach shell commands; `$` in a pattern would let one line break through."""
    (problem,) = problems((key, f"{paper()['run'] if key == 'run' else 'cpu'}\n"))
    assert problem.startswith(f"{key}: ")


def test_a_configuration_without_cells_is_refused():
    (problem,) = problems(("figures", {"fig4": []}), ("grid", []))
    assert problem == "figures and grid: they declare no cell; at least one is needed"


@pytest.mark.parametrize("value", [None, {}, 5, "x", {"task": T1}, {"task": 3, "participation": 4}])
@pytest.mark.parametrize("role", ["task1", "task2", "task4"])
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
    assert problem.startswith("claims: 'task6' is unknown; did you mean 'task5'?")
    assert problem.endswith(" allowed: task1, task2, task3, task4, task5, sigma_override")


@pytest.mark.parametrize("place", ["switches/p_study", f"tasks/{T1}/switches"])
def test_wrong_switch_is_not_told_again_for_the_poisoned_sets(place):
    value = "both" if place.endswith("p_study") else {"p_study": "both"}
    (problem,) = problems((place, value))
    assert problem.startswith(f"{place.split('/p_')[0].replace('/', '.')}.p_study: 'both'")


@pytest.mark.parametrize(
    ("task", "edge_set", "held"),
    [
        (T5, "lanthimos", "'lanthimos' holds sentences; reddit holds text to predict"),
        (T4, "athens", "'athens' holds text to predict; sentiment140 holds sentences"),
        (T1, "athens", "'athens' holds text to predict; cifar10 holds images"),
    ],
)
def test_edge_cases_are_of_the_kind_of_the_data_set(task, edge_set, held):
    changes = [(f"tasks/{task}/edge_set", edge_set), (f"tasks/{task}/poison", {})]
    assert f"tasks.{task}.edge_set: {held}" in problems(*changes)


def test_clients_are_authors_of_text_alone():
    found = problems((f"tasks/{T1}/partition", {"kind": "natural"}))
    assert found == [
        f"tasks.{T1}.partition.kind: 'natural' needs samples with authors; cifar10 holds images"
    ]


def test_clients_are_writers_of_femnist():
    for name in ("femnist-leaf-digits", "femnist-tff"):
        writers = (f"tasks/{T2}/partition", {"kind": "natural"})
        config.check(
            edited((f"tasks/{T2}/dataset", name), (f"tasks/{T2}/start", "trained"), writers)
        )


def test_text_has_no_classes_to_divide_by():
    found = problems(("tasks/reddit-athens/partition", {"kind": "dirichlet"}))
    assert found == [
        "tasks.reddit-athens.partition.kind: 'dirichlet' needs samples with classes; "
        "reddit holds text to predict"
    ]


def test_clients_that_hold_every_sample_leave_none_for_the_attacker_alone():
    place = f"tasks/{T4}/partition/num_samples"
    (problem,) = problems((place, None))
    assert problem.startswith(f"tasks.{T4}.partition.num_samples: null leaves no training sample")
    config.check(edited((place, None), ("switches/overlap", "published")))


def test_what_figures_may_not_look_like_is_told():
    palette = {"pgd": "blue", "pdg": "#000000"}
    style = {"palette": palette, "width": 2}
    told = "\n".join(problems(("figure_style", style)))
    assert "figure_style.palette.pgd: 'blue' cannot be used; allowed: a colour, #rrggbb" in told
    assert "figure_style.palette: 'pdg' is unknown; did you mean 'pgd'?" in told
    assert "figure_style.width: 2 is less than the minimum of 4" in told


def test_a_defense_that_needs_batch_normalisation_needs_a_model_with_it():
    guarded = ("grid/0/defenses", ["bn-guard"])
    needs = "bn-guard: needs a model with batch normalisation, and"
    assert f"tasks.{T1}: {needs} 'vgg9' has none; allowed: resnet18" in problems(guarded)
    normalised = (f"tasks/{T1}/model/name", "resnet18")
    told = problems(guarded, normalised)
    assert told == [f"tasks.{T2}: {needs} 'lenet' has none; allowed: resnet18"]


@pytest.mark.parametrize("named", ["cifar10", "cifra10", "sentiment140", 3])
def test_a_mark_is_of_images_of_another_data_set(named):
    grid = ("grid/0/defenses", ["indicator"])
    own = (f"tasks/{T1}/defenses/indicator", {"ood_dataset": named})
    other = (f"tasks/{T2}/defenses/indicator", {"ood_dataset": "cifar10"})
    (problem,) = problems(grid, own, other)
    assert problem.startswith(f"tasks.{T1}")
    assert "indicator" in problem
    assert "ood_dataset: " in problem
    assert str(named) in problem
