"""The authors' command line: every flag reaches the cell; every mistake is told before work."""

import functools
import re
from pathlib import Path

import pytest
import torch
import yaml
from workflow.scripts import simulated_averaging

from edgecase import config
from edgecase.authors import cli as authors_cli
from edgecase.authors import flags as authors_flags
from edgecase.base.errors import ConfigError
from edgecase.figures import FIGURES
from edgecase.results.cells import Cell, all_cells
from edgecase.results.rounds import ROUND_COLUMNS

ROOT = Path(__file__).parents[2]

#: the sample command of the authors' README
SAMPLE = (
    "--lr 0.02 --gamma 0.998 --num_nets 200 --fl_round 1500 --part_nets_per_round 10 "
    "--local_train_period 2 --adversarial_local_training_period 2 --dataset cifar10 --model vgg9 "
    "--fl_mode fixed-freq --attacker_pool_size 100 --defense_method no-defense "
    "--attack_method blackbox --attack_case edge-case --model_replacement False "
    "--project_frequency 10 --stddev 0.025 --eps 2 --adv_lr 0.02 --prox_attack False "
    "--poison_type southwest --norm_bound 2 --device=cuda"
)

#: the flags that the authors' script takes (simulated_averaging.py, branch master)
AUTHORS_FLAGS = {
    *("batch-size", "test-batch-size", "epochs", "lr", "gamma", "no-cuda"),
    *("seed", "log-interval", "fraction", "local_train_period", "num_nets", "part_nets_per_round"),
    *("fl_round", "fl_mode", "attacker_pool_size", "defense_method", "device", "attack_method"),
    *("dataset", "model", "eps", "norm_bound", "adversarial_local_training_period", "poison_type"),
    *(
        "rand_seed",
        "model_replacement",
        "project_frequency",
        "adv_lr",
        "prox_attack",
        "attack_case",
    ),
    "stddev",
}


read_once = functools.cache(config.load)


@pytest.fixture(autouse=True)
def cached_configuration(monkeypatch):
    monkeypatch.setattr(config, "load", read_once)


def request(line=""):
    return authors_cli.interpret(line.split())


def resolved(line):
    made = request(line)
    return config.resolve_cell(made.config, made.cell)


def problems(line):
    with pytest.raises(ConfigError) as caught:
        request(line)
    return caught.value.problems


@pytest.fixture
def gpus(monkeypatch):
    def pretend(count):
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)

    return pretend


@pytest.fixture
def config_file(tmp_path):
    def write(**changes):
        path = tmp_path / "changes.yaml"
        path.write_text(yaml.safe_dump(changes))
        return path

    return write


def test_sample_command_is_the_paper_with_more_rounds(gpus):
    gpus(1)
    made = request(SAMPLE)
    paper = config.load()
    assert made.config["overrides"][made.cell.override] == {"rounds": 1500}
    cell = Cell("cifar10-southwest", "fixed-freq-10", "edge-case", "blackbox", "no-defense")
    assert config.resolve_cell(made.config, made.cell) == (
        config.resolve_cell(paper, cell) | {"rounds": 1500}
    )
    assert made.config["device"] == "cuda"
    assert made.config["run"] == "cli.paper"
    assert made.warnings == ()


def test_no_flags_give_the_first_task_as_it_is():
    made = request()
    assert made.cell.folder == (
        "cifar10-southwest/fixed-freq-10/edge-case/blackbox/no-defense/default"
    )
    assert made.config["overrides"] == config.load()["overrides"]
    assert made.config["seeds"] == config.load()["seeds"]


def test_every_flag_of_the_authors_is_taken():
    taken = {
        option.removeprefix("--")
        for action in authors_flags.build_parser()._actions
        for option in action.option_strings
    }
    ours = {"config", "seeds", "attack_period", "cores", "mirror", "dry-run"}
    assert taken == AUTHORS_FLAGS | ours | {"-h", "help"}


PGD = "--attack_method pgd"


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        ("--lr 0.5", "lr", 0.5),
        ("--gamma 0.9", "gamma", 0.9),
        ("--batch-size 7", "batch_size", 7),
        ("--num_nets 77", "num_clients", 77),
        ("--part_nets_per_round 7", "clients_per_round", 7),
        ("--fl_round 7", "rounds", 7),
        ("--local_train_period 7", "local_epochs", 7),
        ("--adversarial_local_training_period 7", "attacker_epochs", 7),
        ("--model vgg11", "model", {"name": "vgg11", "width": 1.0}),
        ("--dataset mnist", "task", "mnist-ardis"),
        ("--poison_type ardis", "task", "emnist-ardis"),
        ("--poison_type howto", "task", "cifar10-greencar"),
        ("--dataset mnist --poison_type ardis", "task", "mnist-ardis"),
        ("--fl_mode fixed-freq --attack_period 3", "participation", "fixed-freq-3"),
        ("--fl_mode fixed-pool", "participation", "fixed-pool-100"),
        ("--fl_mode fixed-pool --attacker_pool_size 4", "participation", "fixed-pool-4"),
        ("--attacker_pool_size 4", "participation", "fixed-freq-10"),
        ("--attack_case almost-edge-case", "case", "almost-edge-case"),
        ("--attack_method none --prox_attack True", "attack", "none"),
        (PGD, "attack", "pgd"),
        (f"{PGD} --model_replacement True", "attack", "pgd-replacement"),
        (f"{PGD} --prox_attack True", "attack", "pgd-prox"),
        (
            "--prox_attack True --model_replacement True",
            "attack",
            "blackbox-replacement-prox",
        ),
        (f"{PGD} --adv_lr 0.5", "attacker_lr", 0.5),
        (f"{PGD} --project_frequency 3", "project_frequency", 3),
        (f"{PGD} --eps 0.5", "eps", 0.5),
        (f"{PGD} --eps 0.5 --model_replacement True", "eps", 0.5),
        (f"{PGD} --model_replacement True", "eps", 0.083),
        ("--defense_method krum", "defense", {"name": "krum", "num_byzantine": 1}),
        (
            "--defense_method norm-clipping --norm_bound 0.5 --stddev 0.3",
            "defense",
            {"name": "norm-clipping", "norm_bound": 0.5},
        ),
        (
            "--defense_method weak-dp --norm_bound 0.5 --stddev 0.3",
            "defense",
            {"name": "weak-dp", "norm_bound": 0.5, "stddev": 0.3},
        ),
        (
            "--defense_method weak-dp",
            "defense",
            {"name": "weak-dp", "norm_bound": 2.0, "stddev": 0.0002},
        ),
    ],
)
def test_flag_reaches_the_cell(line, key, expected):
    assert resolved(line)[key] == expected


def test_eps_leaves_the_other_radius_alone():
    plain = request(f"{PGD} --eps 0.5")
    scaled = request(f"{PGD} --eps 0.5 --model_replacement True")
    assert plain.config["overrides"][plain.cell.override] == {"eps": 0.5}
    assert scaled.config["overrides"][scaled.cell.override] == {"eps_replacement": 0.5}


def test_fraction_reaches_the_poisoned_set():
    made = request("--poison_type ardis --fraction 10")
    task = config.resolve_task(made.config, made.cell.task, made.cell.override)
    assert (task["poison"]["fraction"], task["poison"]["clean"]) == (10, 100)
    assert config.poison_variant(made.config, made.cell.task, made.cell.override) != "default"


@pytest.mark.parametrize(
    "line",
    [
        "--eps 7 --adv_lr 7 --project_frequency 7",
        "--norm_bound 7 --stddev 7",
        "--defense_method krum --norm_bound 7",
        "--fraction 10",
        "--fraction 10 --poison_type howto",
        "--lr 0.02 --gamma 0.998 --fl_round 500 --model vgg9",
    ],
)
def test_flag_that_is_not_read_or_changes_nothing_leaves_the_task_as_it_is(line):
    assert request(line).cell.override == "default"


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("--attack_method PGD", "--attack_method pgd"),
        ("--defense_method Multi-Krum", "--defense_method multi-krum"),
        ("--dataset MNIST --model LeNet", "--dataset mnist --model lenet"),
        ("--fl_mode Fixed-Pool", "--fl_mode fixed-pool"),
        ("--attack_case Normal-Case", "--attack_case normal-case"),
        ("--poison_type HowTo", "--poison_type howto"),
        ("--model_replacement TRUE", "--model_replacement True"),
        ("--device CPU", "--device cpu"),
    ],
)
def test_names_are_taken_in_any_case(line, same):
    assert request(line).cell == request(same).cell
    assert request(line).config == request(same).config


def test_every_problem_is_told_at_once():
    listed = problems(
        "--defense_method krumm --attack_method graybox --attack_case edge --fl_mode pool "
        "--model resnet --model_replacement yes --fl_round 1e3 --lr nan --stddev inf --gamma x "
        "--device gpu --cores 0 --attack_period 0 --attacker_pool_size -1 --rand_seed x "
        "--num_nets -1 --defence rfa --poison_type howto"
    )
    flags = [problem.partition(":")[0] for problem in listed]
    assert sorted(flags) == sorted(
        ["unknown arguments"]
        + [
            f"--{flag}"
            for flag in (
                *("defense_method", "attack_method", "attack_case", "fl_mode", "model", "cores"),
                *("model_replacement", "fl_round", "lr", "stddev", "gamma", "device", "num_nets"),
                *("attack_period", "attacker_pool_size", "rand_seed"),
            )
        ]
    )
    assert "unknown arguments: --defence rfa" in listed
    defense = next(problem for problem in listed if "krumm" in problem)
    assert "norm-clipping-adaptive, weak-dp, krum, multi-krum, rfa" in defense
    assert any("graybox" in problem and "blackbox, oneshot, pgd" in problem for problem in listed)


@pytest.mark.parametrize(
    "name", ["fashion", "southwest+wow", "southwest-da", "greencar-neo", "northwest"]
)
def test_poison_type_that_is_not_here_names_those_that_are(name):
    (problem,) = problems(f"--poison_type {name}")
    assert f"'{name}'" in problem
    for available in ("southwest", "ardis", "howto"):
        assert available in problem


def test_edge_set_of_another_dataset_is_refused():
    (problem,) = problems("--dataset emnist --poison_type southwest")
    assert problem.startswith("--poison_type: 'southwest on emnist'")
    assert "southwest on cifar10" in problem


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("--lr -1", "lr"),
        ("--gamma 1.5", "gamma"),
        ("--num_nets 0", "num_nets"),
        ("--part_nets_per_round 201", "part_nets_per_round"),
        ("--model lenet", "model"),
        (f"{PGD} --model_replacement True --eps 0", "eps"),
    ],
)
def test_value_out_of_range_is_told_by_its_flag(line, flag):
    (problem,) = problems(line)
    assert problem.startswith(f"--{flag}: ")


@pytest.mark.parametrize(
    "line",
    [
        "--fl_mode fixed-pool --attacker_pool_size 201",
        "--defense_method norm-clipping --norm_bound 0",
        "--defense_method krum --part_nets_per_round 4",
        "--poison_type howto --attack_case normal-case",
        "--seeds 1 1",
        "--seeds -1",
    ],
)
def test_experiment_that_cannot_run_is_refused(line):
    assert len(problems(line)) == 1


def test_seeds():
    assert request("--rand_seed 7").config["seeds"] == [7]
    assert request("--seeds 3 1").config["seeds"] == [3, 1]
    assert problems("--seeds 3 --rand_seed 7") == ["--seeds, --rand_seed: give only one of them"]


def test_flags_without_effect_are_accepted_with_a_warning():
    made = request("--seed 5 --epochs 3 --log-interval 1")
    assert [warning.partition(":")[0] for warning in made.warnings] == [
        "--seed has no effect",
        "--epochs has no effect",
        "--log-interval has no effect",
    ]
    assert made.config == request().config


@pytest.mark.parametrize("name", ["cuda", "cuda:3", "CUDA"])
def test_cuda_without_a_gpu_warns_once_and_uses_the_cpu(gpus, name):
    gpus(0)
    made = request(f"--device {name}")
    assert made.config["device"] == "cpu"
    assert len(made.warnings) == 1


def test_device_of_a_machine_with_gpus(gpus):
    gpus(2)
    assert request("--device cuda:1").config["device"] == "cuda:1"
    assert request("--device cuda --no-cuda").config["device"] == "cpu"
    assert request("--no-cuda").warnings == ()
    (problem,) = problems("--device cuda:2")
    assert problem.startswith("--device: 'cuda:2'")


def test_device_without_a_flag_is_the_configured_one(gpus, config_file):
    gpus(0)
    assert request().config["device"] == "auto"
    assert request(f"--config {config_file(device='cpu')}").config["device"] == "cpu"


def test_override_is_named_by_what_differs():
    names = [
        request(line).cell.override
        for line in (
            "--lr 0.5 --gamma 0.9",
            "--gamma 0.90 --lr 5e-1 --fl_round 500",
            "--lr 0.5 --gamma 0.8",
            "--lr 0.5",
        )
    ]
    assert all(re.fullmatch("cli-[0-9a-f]{8}", name) for name in names)
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_configuration_declares_the_cell_alone_even_when_merged_over_the_papers(tmp_path):
    made = request("--attack_method pgd --defense_method rfa --fl_round 7 --rand_seed 7")
    path = tmp_path / "cli.yaml"
    path.write_text(yaml.safe_dump(made.config))
    merged = config.load(path)
    assert all_cells(merged) == [made.cell]
    assert merged == made.config
    assert config.resolve_cell(merged, made.cell)["rounds"] == 7


def test_another_configuration_gives_the_defaults_and_names_the_run(config_file):
    block = {
        "tasks": ["mnist-ardis"],
        "participations": ["fixed-freq-10"],
        "cases": ["edge-case"],
        "attacks": ["blackbox"],
        "defenses": ["no-defense"],
    }
    drawn = {name: [] for name in FIGURES} | {"fig4": [block]}
    changes = {"run": "mine", "tasks": {"mnist-ardis": {"rounds": 3}}, "figures": drawn}
    made = request(f"--config {config_file(**changes)} --fl_round 3 --attack_method pgd")
    assert made.cell.task == "mnist-ardis"
    assert made.cell.override == "default"
    assert config.resolve_cell(made.config, made.cell)["rounds"] == 3
    assert made.config["run"] == "cli.mine"


def test_mirror_is_the_callers_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert request("--mirror downloads").config["mirror"] == str(tmp_path / "downloads")
    assert request().config["mirror"] is None


# the script


@pytest.fixture
def snakemake(monkeypatch, tmp_path):
    """Stands in for Snakemake: keeps the options and writes the rounds that a cell would."""
    calls = []

    def fake(options, returncode=0):
        calls.append(options)
        folder = tmp_path / Path(options[-1]).parent
        folder.mkdir(parents=True)
        for seed in (0, 1, 2, 7):
            rows = [
                dict.fromkeys(ROUND_COLUMNS, 0) | {"fl_iter": t, "main_task_acc": 80 + t}
                for t in range(3)
            ]
            lines = [",".join(ROUND_COLUMNS)] + [
                ",".join(str(row[name]) for name in ROUND_COLUMNS) for row in rows
            ]
            (folder / f"seed{seed}.csv").write_text("\n".join(lines) + "\n")
        return returncode

    monkeypatch.setattr(simulated_averaging, "ROOT", tmp_path)
    monkeypatch.setattr(simulated_averaging, "run_snakemake", fake)
    return calls


CELL = (
    "results/cli.paper/cells/cifar10-southwest/fixed-freq-10/edge-case/blackbox/no-defense/default"
)


def test_script_runs_the_cell_and_prints_how_it_ends(snakemake, tmp_path, capsys):
    simulated_averaging.main(["--rand_seed", "7", "--cores", "2", "--device", "cpu"])
    (options,) = snakemake
    written = next((tmp_path / "results/cli.paper/config").iterdir())
    assert options == [
        *("--cores", "2", "--configfile", written.relative_to(tmp_path).as_posix()),
        *("--", f"{CELL}/cell.json"),
    ]
    made = request("--rand_seed 7 --device cpu")
    assert yaml.safe_load(written.read_text()) == made.config
    assert "&" not in written.read_text()  # no anchors: a person can read it
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"{CELL}/seed7.csv: round 2, main accuracy 82.00 %, backdoor accuracy 0.00 %"
    )


def test_dry_run_reads_no_results(snakemake, capsys):
    simulated_averaging.main(["--dry-run"])
    assert snakemake[0][:2] == ["--cores", "all"]
    assert "--dry-run" in snakemake[0]
    assert capsys.readouterr().out == ""


def test_exit_code_is_snakemakes(monkeypatch, tmp_path):
    monkeypatch.setattr(simulated_averaging, "ROOT", tmp_path)
    monkeypatch.setattr(simulated_averaging, "run_snakemake", lambda options: 3)
    with pytest.raises(SystemExit) as caught:
        simulated_averaging.main([])
    assert caught.value.code == 3


def test_snakemake_runs_in_the_root(monkeypatch, tmp_path):
    package = tmp_path / "snakemake.py"
    package.write_text(
        "import pathlib, sys\n"
        "pathlib.Path('seen').write_text(' '.join(sys.argv[1:]))\n"
        "sys.exit(5)\n"
    )
    monkeypatch.setattr(simulated_averaging, "ROOT", tmp_path)
    assert simulated_averaging.run_snakemake(["--cores", "1"]) == 5
    assert (tmp_path / "seen").read_text() == "--cores 1"


def test_nothing_is_written_for_a_wrong_command_line(monkeypatch, tmp_path):
    monkeypatch.setattr(simulated_averaging, "ROOT", tmp_path)
    with pytest.raises(ConfigError):
        simulated_averaging.main(["--defense_method", "krumm"])
    assert list(tmp_path.iterdir()) == []


# the documents


def test_document_explains_every_flag():
    text = (ROOT / "docs" / "command-line.md").read_text()
    parser = authors_flags.build_parser()
    flags = {option for action in parser._actions for option in action.option_strings}
    documented = set(re.findall(r"(?m)^\| `(--[A-Za-z_-]+)", text))
    assert documented == flags - {"-h", "--help"}


def test_sample_command_of_the_document_is_the_authors():
    text = (ROOT / "docs" / "command-line.md").read_text()
    block = re.search(r"simulated_averaging\.py ((?:--.*\n?\s*)+)```", text)
    assert block is not None
    assert block[1].replace("\\\n", " ").split() == SAMPLE.split()
