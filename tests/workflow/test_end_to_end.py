"""One run of config/test.yaml on stand-in data: what is on disk, and what it says."""

import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from edgecase import config
from edgecase.results.cells import Cell
from edgecase.results.rounds import ROUND_COLUMNS, TIMING_COLUMNS

CONFIG = Path(__file__).parents[2] / "config"
TASK = "standin-digits"
SEEDS = (0, 1)
ROUNDS = 3
CELLS = {
    name: Cell(TASK, participation, case, attack, defense)
    for name, participation, case, attack, defense in (
        ("plain", "fixed-freq-2", "edge-case", "blackbox", "no-defense"),
        ("normal", "fixed-freq-2", "normal-case", "blackbox", "no-defense"),
        ("krum", "fixed-freq-2", "edge-case", "blackbox", "krum"),
        ("quiet", "fixed-freq-2", "edge-case", "none", "no-defense"),
        ("quiet-krum", "fixed-freq-2", "edge-case", "none", "krum"),
        ("pool", "fixed-pool-3", "edge-case", "pgd-replacement", "norm-clipping"),
    )
}
PLAIN = f"results/test/cells/{CELLS['plain'].folder}"
DRAWS = [f"{TASK}/default", f"{TASK}/edge-case/default", f"{TASK}/normal-case/default"]


@pytest.fixture
def folder(finished):
    return lambda name: finished.root / "results/test/cells" / CELLS[name].folder


@pytest.fixture
def record(folder):
    return lambda name: json.loads((folder(name) / "cell.json").read_text())


@pytest.fixture
def rounds(folder):
    def read(name, seed=0):
        return pd.read_csv(folder(name) / f"seed{seed}.csv", dtype={"client_ids": "string"})

    return read


both_seeds = pytest.mark.parametrize("seed", SEEDS)
every_cell = pytest.mark.parametrize("name", CELLS)


# what is there


def test_every_output_is_there_and_no_temporary_file(finished):
    results = finished.root / "results"
    found = {path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()}
    # Figure 2 compares the digits with planes.
    wanted = {f"data/standin-{name}.npz" for name in ("digits", "sevens", "planes")}
    wanted |= {f"test/densities/{TASK}.csv", "test/claims.csv", "test/claims.md"}
    pages = ("claims", "measures", "summary", "hyperparameters", "fig2", "fig4", "fig5")
    wanted |= {f"test/report/{name}.{ending}" for name in pages for ending in ("html", "csv.gz")}
    wanted |= {*(f"test/report/{name}.html" for name in ("front", "explorer", "provenance"))}
    for kind, folders in (("partition", DRAWS[:1]), ("poison", DRAWS[1:])):
        wanted |= {
            f"test/{kind}/{folder}/seed{seed}.{ending}"
            for folder in folders
            for seed in SEEDS
            for ending in ("npz", "csv")
        }
    wanted |= {f"test/partition/{DRAWS[0]}/seed{seed}.json" for seed in SEEDS}
    wanted |= {f"test/pretrain/{TASK}/default.{ending}" for ending in ("safetensors", "json")}
    for cell in CELLS.values():
        files = [f"seed{seed}.{kind}" for seed in SEEDS for kind in ("csv", "timing.csv")]
        wanted |= {f"test/cells/{cell.folder}/{file}" for file in [*files, "cell.json"]}
        states = [f"seed{seed}.safetensors" for seed in SEEDS]
        wanted |= {f"test/state/{cell.folder}/{file}" for file in [*states, "lock"]}
    started = f"test/state/pretrain/{TASK}/default"
    wanted |= {f"{started}/lock", f"{started}/training.safetensors"}
    wanted |= {f"test/tables/{name}.csv" for name in ("fig2", "fig4", "fig5", "measures")}
    wanted |= {
        f"test/tables/{name}.{ending}"
        for name in ("summary", "hyperparameters")
        for ending in ("csv", "md")
    }
    assert {path for path in found if "/logs/" not in path} == wanted


def test_a_run_into_a_file_says_a_line_per_result(finished):
    lines = (finished.root.parent / "log").read_text().splitlines()
    ends = [line.split()[1:] for line in lines if ": done" in line]
    cells = [words for words in ends if words[0] == "cell"]
    assert len(cells) == len(list(finished.root.rglob("cell.json")))
    assert sorted(words[1] for words in ends if words[0] == "figure") == ["fig4:", "fig5:"]
    # Beside these: exit code, cores, how many jobs, an advice, the place of the whole log.
    assert len(lines) - len(ends) < 10, lines
    [whole] = [line.split(": ")[1] for line in lines if line.startswith("Complete log")]
    assert "rule cell:" in Path(whole).read_text()


@pytest.mark.parametrize("name", ["fig1", "fig2", "fig4", "fig5"])
def test_figures_show_something(finished, name):
    folder = finished.root / "figures" / "test"
    with Image.open(folder / f"{name}.png") as image:
        assert min(image.size) > 200
        shades = np.asarray(image.convert("L"))
    assert shades.max() == 255  # paper
    assert (shades < 128).mean() > 0.001  # ink
    pdf = (folder / f"{name}.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert len(pdf) > 5_000


# the rounds of a cell


@every_cell
@both_seeds
def test_columns_begin_with_the_authors_six(folder, name, seed):
    with (folder(name) / f"seed{seed}.csv").open(newline="") as handle:
        header, *rows = csv.reader(handle)
    assert header[:6] == [
        *("fl_iter", "main_task_acc", "backdoor_acc", "raw_task_acc", "adv_norm_diff", "wg_norm")
    ]
    assert header == list(ROUND_COLUMNS)
    assert [row[0] for row in rows] == ["0", "1", "2", "3"]
    assert {len(row) for row in rows} == {len(header)}


@every_cell
def test_first_row_is_the_measured_starting_model(finished, rounds, name):
    start = json.loads((finished.root / f"results/test/pretrain/{TASK}/default.json").read_text())
    for seed in SEEDS:
        first = rounds(name, seed).iloc[0]
        assert first["main_task_acc"] == pytest.approx(start["accuracy"], abs=1e-4)
        assert first["wg_norm"] == pytest.approx(start["norm"], abs=1e-3)
        assert first["adv_norm_diff"] == 0
        # Before the first round the global model is the starting model too.
        assert rounds(name, seed)["wg_norm"][1] == first["wg_norm"]


def test_starting_model_has_learned(rounds):
    assert rounds("plain")["main_task_acc"][0] > 20  # 10 classes


@pytest.mark.parametrize("name", ["plain", "normal", "krum"])
@both_seeds
def test_attacker_joins_every_second_round_in_place_of_an_honest_client(rounds, name, seed):
    table = rounds(name, seed)
    assert table["num_attackers"].tolist() == [0, 1, 0, 1]
    assert (table["adv_norm_diff"] > 0).tolist() == [False, True, False, True]
    assert table["num_clients"][1:].tolist() == [5, 5, 5]
    ids = [text.split() for text in table["client_ids"][1:]]
    assert [client.count("-1") for client in ids] == [1, 0, 1]
    assert all(len(set(client)) == 5 for client in ids)


@both_seeds
def test_honest_clients_of_a_round_are_the_same_under_every_attack_and_defense(rounds, seed):
    def honest(name):
        return [set(text.split()) - {"-1"} for text in rounds(name, seed)["client_ids"][1:]]

    for name in ("normal", "krum"):
        assert honest(name) == honest("plain")
    quiet = honest("quiet")
    assert honest("quiet-krum") == quiet
    assert quiet[1] == honest("plain")[1]
    assert all(fewer <= all_ for fewer, all_ in zip(honest("plain"), quiet, strict=True))


@pytest.mark.parametrize("name", ["quiet", "quiet-krum"])
def test_without_attack_nobody_attacks(rounds, name):
    table = rounds(name)
    assert table["num_attackers"].sum() == table["adv_norm_diff"].sum() == 0
    assert table["attacker_accepted"].isna().all()


@pytest.mark.parametrize("name", ["krum", "quiet-krum"])
@both_seeds
def test_krum_accepts_one(rounds, name, seed):
    table = rounds(name, seed)
    assert table["num_accepted"][1:].tolist() == [1] * ROUNDS
    refused = [str(text).split() for text in table["refused_ids"][1:]]
    taken = [set(text.split()) for text in table["client_ids"][1:]]
    assert [len(ids) for ids in refused] == [4] * ROUNDS
    assert all(set(out) < everybody for out, everybody in zip(refused, taken, strict=True))


@pytest.mark.parametrize("name", ["plain", "quiet", "normal", "pool"])
def test_averages_accept_everybody(rounds, name):
    table = rounds(name)[1:]
    assert (table["num_accepted"] == table["num_clients"]).all()
    assert table["refused_ids"].isna().all()


@both_seeds
def test_pool_attacks_whenever_it_is_sampled(rounds, seed):
    table = rounds("pool", seed)[1:]
    ids = [set(map(int, text.split())) for text in table["client_ids"]]
    assert all(0 <= client < 10 for clients in ids for client in clients)
    assert (table["num_attackers"] <= 3).all()
    assert ((table["adv_norm_diff"] > 0) == (table["num_attackers"] > 0)).all()
    assert table["num_attackers"].sum() > 0


def test_bound_holds_for_whoever_is_scaled(rounds):
    table = rounds("pool")
    assert (table.loc[table["adv_norm_diff"] > 0.5, "num_clipped"] > 0).all()


def test_learning_rate_decays(rounds):
    expected = [0.02, 0.02 * 0.998, 0.02 * 0.998**2]
    assert rounds("plain")["lr"][1:].tolist() == pytest.approx(expected)


def test_seeds_differ(folder):
    assert len({(folder("plain") / f"seed{seed}.csv").read_bytes() for seed in SEEDS}) == 2


@every_cell
def test_timings_are_kept_apart(folder, name):
    table = pd.read_csv(folder(name) / "seed0.timing.csv")
    assert list(table.columns) == list(TIMING_COLUMNS)
    assert table["fl_iter"].tolist() == [0, 1, 2, 3]
    assert (table["train_s"][1:] > 0).all()


# the record of a cell


@every_cell
def test_record_names_the_cell_and_its_parameters(record, rounds, name):
    whole = config.load(CONFIG / "test.yaml")
    found = record(name)
    cell = CELLS[name]
    axes = ("task", "participation", "case", "attack", "defense", "override")
    assert {axis: found[axis] for axis in axes} == {axis: getattr(cell, axis) for axis in axes}
    assert found["seeds"] == list(SEEDS)
    attacks = {str(seed): (rounds(name, seed)["num_attackers"] > 0).sum() for seed in SEEDS}
    assert found["attacks"] == attacks
    assert found["parameters"] == config.resolve_cell(whole, cell)


@every_cell
def test_record_holds_the_digests_of_what_was_read(finished, record, name):
    digests = record(name)["data"]
    assert len(digests) == 1 + 2 * len(SEEDS) + 1
    for path, digest in digests.items():
        assert hashlib.sha256((finished.root / path).read_bytes()).hexdigest() == digest


@every_cell
def test_share_of_the_attacker(finished, record, name):
    """Poisoned set ÷ (poisoned set + (m − 1) · mean size of the honest clients), over the seeds."""
    results = finished.root / "results/test"
    shares = []
    for seed in SEEDS:
        sizes = pd.read_csv(results / f"partition/{TASK}/default/seed{seed}.csv")["total"]
        poisoned = pd.read_csv(results / f"poison/{TASK}/{CELLS[name].case}/default/seed{seed}.csv")
        roles = poisoned.groupby("role")["count"].sum()
        attacker = roles["attacker-clean"] + roles["attacker-edge"]
        shares.append(attacker / (attacker + 4 * sizes.mean()))
        assert sizes.sum() == 300
        assert roles["attacker-clean"] == 10
    assert record(name)["attacker_share"] == pytest.approx(sum(shares) / 2, abs=1e-6)


# stand-in data never passes for the paper's


def test_stand_in_data_is_marked_wherever_its_numbers_are(finished, record):
    assert all(record(name)["standin"] is True for name in CELLS)
    tables = finished.root / "results/test/tables"
    for name in ("fig4", "fig5", "summary", "hyperparameters"):
        table = pd.read_csv(tables / f"{name}.csv")
        assert len(table) > 0
        assert table["standin"].astype(str).isin(["True", "yes"]).all()
    for name in ("summary", "hyperparameters"):
        assert "stand-in" in (tables / f"{name}.md").read_text().lower()


def test_tables_hold_every_cell(finished):
    tables = finished.root / "results/test/tables"
    assert len(pd.read_csv(tables / "summary.csv")) == len(CELLS)
    assert len(pd.read_csv(tables / "fig4.csv")) == 2 * len(SEEDS) * (ROUNDS + 1)
    assert len(pd.read_csv(tables / "fig5.csv")) == 4 * len(SEEDS) * (ROUNDS + 1)


# what a run ends with


def test_where_names_the_files(finished):
    done = finished.run("python", "workflow/scripts/where.py", "test")
    assert done.returncode == 0, done.stdout
    for name in ("figures/test/fig5.pdf", "results/test/tables/summary.md", "results/test/cells"):
        assert name in done.stdout


# when a job fails


def test_spoilt_input_is_told_by_name_and_leaves_nothing_half_done(mine):
    poison = f"results/test/poison/{TASK}/edge-case/default/seed1.npz"
    path = mine.root / poison
    path.write_bytes(path.read_bytes()[:-100])
    done = mine.snakemake(f"{PLAIN}/cell.json")
    assert done.returncode == 1, done.stdout
    assert f"error: {poison}: " in done.stdout
    assert "Traceback" not in done.stdout
    folder = mine.root / PLAIN
    assert not folder.exists() or list(folder.iterdir()) == []
    # The other cells of the finished run are as they were.
    other = mine.root / "results/test/cells" / CELLS["quiet"].folder
    assert len(list(other.iterdir())) == 5


# the authors' command line


def test_authors_command_line_runs_a_cell(mine):
    shared = mine.root / "results/data/standin-digits.npz"
    before = shared.stat().st_mtime_ns
    arguments = (
        "--config config/test.yaml --dataset standin-digits --poison_type standin-sevens "
        "--fl_round 2 --rand_seed 5 --defense_method RFA --attack_method PGD --eps 0.125 "
        "--model_replacement False --cores 1 --device cpu"
    )
    script = "workflow/scripts/simulated_averaging.py"
    done = mine.run(sys.executable, script, *arguments.split())
    assert done.returncode == 0, done.stdout
    assert shared.stat().st_mtime_ns == before
    (path,) = (mine.root / "results/cli.test/cells").rglob("cell.json")
    found = json.loads(path.read_text())
    assert (found["participation"], found["attack"], found["defense"], found["seeds"]) == (
        *("fixed-freq-10", "pgd", "rfa", [5]),
    )
    assert (found["parameters"]["rounds"], found["parameters"]["eps"]) == (2, 0.125)
    assert found["standin"] is True
    table = pd.read_csv(path.with_name("seed5.csv"))
    assert table["fl_iter"].tolist() == [0, 1, 2]
    assert table["adv_norm_diff"][1] <= 0.125 * (1 + 1e-5)
    assert table["defense_iterations"][1] > 0
    shown = done.stdout.splitlines()[-1]
    assert shown.startswith(path.with_name("seed5.csv").relative_to(mine.root).as_posix())
    assert f"round 2, main accuracy {table['main_task_acc'].iloc[-1]:.2f} %" in shown
