"""Partition: invariants, the released rule against a slow rendering of it, and every refusal."""

import csv
import importlib.util
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgecase.base.errors import ConfigError, DataError
from edgecase.population.dirichlet import dirichlet
from edgecase.population.iid import iid
from edgecase.population.partition import (
    load_partition,
    problems,
    read_parameters,
    save_partition,
)
from edgecase.population.partition import partition as divide

SCRIPT = Path(__file__).parents[2] / "workflow" / "scripts" / "partition.py"


def partition(labels, num_clients, parameters, generator, exclude=()):
    return divide(labels, num_clients, read_parameters(parameters), generator, exclude)


def generator(seed=0):
    return np.random.default_rng(seed)


def labels_of(n, num_classes=10, seed=0):
    return np.random.default_rng(seed).integers(0, num_classes, n)


def balanced(n):
    return np.arange(n) % 10


def slow_dirichlet(labels, num_clients, alpha, min_samples, rng):
    """The released procedure, one client and one sample at a time; returns the clients' sets."""
    held = [[] for _ in range(num_clients)]
    while min(len(client) for client in held) < min_samples:
        held = [[] for _ in range(num_clients)]
        for label in sorted(set(labels.tolist())):
            samples = rng.permutation([i for i in range(len(labels)) if labels[i] == label])
            shares = rng.dirichlet([alpha] * num_clients)
            for k in range(num_clients):
                if len(held[k]) >= len(labels) / num_clients:
                    shares[k] = 0
            shares = shares / shares.sum()
            ends = [int(c * len(samples)) for c in itertools.accumulate(shares)]
            ends[-1] = len(samples)
            start = 0
            for k, end in enumerate(ends):
                held[k].extend(samples[start:end].tolist())
                start = end
    return [set(client) for client in held]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    num_clients=st.integers(1, 15),
    per_client=st.integers(30, 60),
    num_classes=st.integers(1, 10),
    alpha=st.floats(0.5, 20),
    min_samples=st.integers(1, 5),
)
def test_every_sample_has_one_client_and_every_client_its_minimum(
    seed, num_clients, per_client, num_classes, alpha, min_samples
):
    labels = labels_of(num_clients * per_client, num_classes, seed)
    arguments = (labels, num_clients, alpha, min_samples)
    index, offsets = dirichlet(*arguments, generator(seed), max_redraws=2000)
    assert np.array_equal(np.sort(index), np.arange(len(labels)))
    assert offsets[0] == 0
    assert offsets[-1] == len(labels)
    assert len(offsets) == num_clients + 1
    assert np.diff(offsets).min() >= min_samples
    again = dirichlet(*arguments, generator(seed), max_redraws=2000)
    assert np.array_equal(again.index, index)
    assert np.array_equal(again.offsets, offsets)


@pytest.mark.parametrize("kind", ["dirichlet", "iid"])
def test_the_global_generator_is_neither_used_nor_moved(kind):
    drawn = []
    for seed in (1, 2):
        np.random.seed(seed)
        before = np.random.get_state()[1].copy()
        drawn.append(partition(balanced(1000), 10, {"kind": kind, "num_samples": 900}, generator()))
        assert np.array_equal(np.random.get_state()[1], before)
    assert np.array_equal(drawn[0].index, drawn[1].index)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("num_clients", "alpha", "minimum"), [(7, 0.5, 10), (20, 0.5, 5), (3, 5, 1)]
)
def test_dirichlet_is_the_released_rule(seed, num_clients, alpha, minimum):
    labels = labels_of(900, seed=seed)
    expected = slow_dirichlet(labels, num_clients, alpha, minimum, generator(seed))
    clients = dirichlet(labels, num_clients, alpha, minimum, generator(seed), max_redraws=10_000)
    assert [set(clients.client(k).tolist()) for k in range(num_clients)] == expected


def test_a_full_client_gets_no_more():
    labels, num_clients = balanced(5000), 50
    clients = dirichlet(labels, num_clients, 0.5, 1, generator(3))
    counts = np.stack(
        [np.bincount(labels[clients.client(k)], minlength=10) for k in range(num_clients)]
    )
    before = np.cumsum(counts, axis=1) - counts
    full = before >= 100
    full[-1] = False  # the last client gets what rounding leaves over
    assert full.sum() > 50
    assert counts[full].max() == 0


def test_samples_are_shuffled_within_a_client():
    (index, _) = dirichlet(balanced(2000), 1, 0.5, 10, generator())
    labels = balanced(2000)[index]
    # In class order 9 of 1,999 neighbours differ; shuffled, about 1,799 do.
    assert np.count_nonzero(np.diff(labels)) > 1700
    assert np.count_nonzero(np.diff(index) < 0) > 800


def test_mnist_with_846_clients_is_accepted():
    clients = dirichlet(balanced(60_000), 846, 0.5, 10, generator(1))
    assert np.diff(clients.offsets).min() >= 10


def test_the_redraws_are_bounded_and_the_error_names_the_numbers():
    with pytest.raises(ConfigError) as raised:
        dirichlet(balanced(3000), 150, 0.1, 15, generator(), max_redraws=4)
    for part in ("K = 150", "N = 3000", "min_samples = 15", "5 draws"):
        assert part in str(raised.value)


def test_an_impossible_minimum_is_refused_before_any_draw():
    with pytest.raises(ConfigError, match=r"N = 99 .*K = 10 .*min_samples = 10 \(0 draws\)"):
        dirichlet(balanced(99), 10, 0.5, 10, generator())


def test_an_alpha_that_underflows_is_redrawn_and_then_refused():
    with pytest.raises(ConfigError, match="3 draws"):
        dirichlet(balanced(1000), 20, 1e-4, 1, generator(), max_redraws=2)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), num_clients=st.integers(1, 40), extra=st.integers(0, 200))
def test_iid_divides_evenly(seed, num_clients, extra):
    labels = labels_of(num_clients + extra)
    index, offsets = iid(len(labels), num_clients, generator(seed))
    assert np.array_equal(np.sort(index), np.arange(len(labels)))
    assert np.ptp(np.diff(offsets)) <= 1
    assert offsets[-1] == len(labels)


def test_iid_needs_a_sample_for_each_client():
    with pytest.raises(ConfigError, match=r"4 samples .* 5 clients"):
        iid(4, 5, generator())


@pytest.mark.parametrize("kind", ["dirichlet", "iid"])
def test_excluded_samples_and_the_subset(kind):
    exclude = [3, 77, 401]
    clients = partition(
        balanced(2000), 10, {"kind": kind, "num_samples": 900}, generator(5), exclude
    )
    assert len(clients.index) == 900 == len(set(clients.index.tolist()))
    assert not set(exclude) & set(clients.index.tolist())
    assert clients.index.max() < 2000
    whole = partition(balanced(2000), 10, {"kind": kind}, generator(5), exclude)
    assert set(whole.index.tolist()) == set(range(2000)) - set(exclude)
    other = partition(balanced(2000), 10, {"kind": kind, "num_samples": 900}, generator(6), exclude)
    assert set(other.index.tolist()) != set(clients.index.tolist())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"kind": "shard"},
            r"partition.kind: 'shard' is unknown; did you mean 'shards'\? allowed: dirichlet, iid",
        ),
        (
            {"alhpa": 0.5},
            r"partition.alhpa: is unknown; did you mean 'alpha'\? allowed: kind",
        ),
        ({"kind": "iid", "alpha": 0.5}, r"partition.alpha: is unknown; allowed: kind, num_samples"),
        ({"alpha": 0}, r"partition.alpha: 0 is not allowed \(.*\); allowed: number > 0"),
        ({"alpha": float("nan")}, r"partition.alpha: nan is not allowed"),
        ({"alpha": "0.5"}, r"partition.alpha: '0.5' is not allowed"),
        ({"alpha": True}, r"partition.alpha: True is not allowed"),
        (
            {"min_samples": 10.0},
            r"partition.min_samples: 10.0 is not .*; allowed: whole number ≥ 1",
        ),
        ({"max_redraws": -1}, r"partition.max_redraws: -1 is not allowed"),
        ({"num_samples": 1001}, r"partition.num_samples: 1001 is more than the 1000 samples"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ConfigError, match=message):
        partition(balanced(1000), 10, parameters, generator())


def test_all_bad_parameters_are_reported_at_once():
    with pytest.raises(ConfigError) as raised:
        partition(balanced(1000), 10, {"alpha": -1, "min_samples": 0, "x": 1}, generator())
    assert len(raised.value.problems) == 3


@pytest.mark.parametrize("name", ["", "folder"])
def test_no_summary_is_left_where_the_partition_cannot_be_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    labels = balanced(100)
    with pytest.raises(ConfigError, match=r"names no file to write|is a folder"):
        save_partition(name, partition(labels, 4, {}, generator()), labels)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_file_round_trip_and_summary(tmp_path):
    labels = balanced(1000)
    clients = partition(labels, 10, {}, generator())
    path = tmp_path / "deep" / "seed1.npz"
    save_partition(path, clients, labels)
    read = load_partition(path)
    assert np.array_equal(read.index, clients.index)
    assert np.array_equal(read.offsets, clients.offsets)
    with path.with_suffix(".csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == ["client", *(f"class_{c}" for c in range(10)), "total"]
    assert [int(row["client"]) for row in rows] == list(range(10))
    assert [int(row["total"]) for row in rows] == np.diff(clients.offsets).tolist()
    assert [sum(int(row[f"class_{c}"]) for row in rows) for c in range(10)] == [100] * 10
    for row in rows:
        held = labels[clients.client(int(row["client"]))]
        assert int(row["class_4"]) == np.count_nonzero(held == 4)
    assert sorted(p.name for p in path.parent.iterdir()) == ["seed1.csv", "seed1.json", "seed1.npz"]


def test_a_broken_file_is_refused_by_name(tmp_path):
    path = tmp_path / "seed1.npz"
    save_partition(path, iid(100, 4, generator()), balanced(100))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"seed1\.npz: cannot be read"):
        load_partition(path)
    np.savez(path, index=np.arange(5), offsets=np.array([0, 3, 6]))
    with pytest.raises(DataError, match=r"seed1\.npz: its offsets"):
        load_partition(path)
    with pytest.raises(DataError, match="absent"):
        load_partition(tmp_path / "absent.npz")


def run_script(*arguments):
    spec = importlib.util.spec_from_file_location("partition_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main([str(argument) for argument in arguments])


@pytest.fixture
def dataset(tmp_path):
    path = tmp_path / "digits.npz"
    np.savez_compressed(path, y_train=balanced(1000), x_train=np.zeros((1000, 2, 2, 1), np.uint8))
    return path


def test_script_writes_the_partition_of_its_seed(tmp_path, dataset):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run_script(
            *("--dataset", dataset, "--num-clients", 5, "--seed", seed),
            *("--parameters", json.dumps({"kind": "dirichlet", "alpha": 1})),
            *("--out", tmp_path / f"{name}.npz"),
        )
    a, b, c = (tmp_path / f"{name}.npz" for name in "abc")
    assert a.read_bytes() == b.read_bytes() != c.read_bytes()
    assert sorted(load_partition(a).index.tolist()) == list(range(1000))
    assert a.with_suffix(".csv").read_bytes() == b.with_suffix(".csv").read_bytes()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", SystemExit, "--parameters: not JSON"),
        ("[1]", SystemExit, "--parameters: not a JSON object"),
        ('{"alpha": NaN}', ConfigError, "partition.alpha: nan"),
        ('{"kind": "shard"}', ConfigError, "partition.kind: 'shard'"),
    ],
)
def test_script_refuses_bad_parameters_and_writes_nothing(
    tmp_path, dataset, capsys, text, error, message
):
    out = tmp_path / "out" / "seed1.npz"
    with pytest.raises(error) as raised:
        run_script(
            *("--dataset", dataset, "--num-clients", 5, "--seed", 1),
            *("--parameters", text, "--out", out),
        )
    assert message in f"{raised.value}{capsys.readouterr().err}"
    assert not out.parent.exists()


def test_script_keeps_an_edge_sets_own_samples_from_the_clients(tmp_path):
    dataset, out = tmp_path / "cifar10.npz", tmp_path / "seed1.npz"
    np.savez_compressed(dataset, y_train=balanced(50_000))
    run_script(
        *("--dataset", dataset, "--edge-set", "greencar", "--num-clients", 200, "--seed", 1),
        *("--parameters", "{}", "--out", out),
    )
    held = load_partition(out).index.tolist()
    assert len(held) == len(set(held)) == 49_970
    # The first car of the attacker's 27, the last, and one of the 3 kept for testing.
    assert not {874, 389, 32941} & set(held)


@pytest.mark.parametrize(
    ("index", "offsets"),
    [
        ([0, 1, 2], [0, 3, 3]),  # the second client holds nothing
        ([0, 1, -1], [0, 1, 3]),
        ([0, 1, 1], [0, 1, 3]),  # one sample, two clients
        ([[0, 1, 2]], [0, 1]),
        ([0, 1, 2], [[0, 3]]),
    ],
)
def test_an_altered_partition_is_refused_by_name(tmp_path, index, offsets):
    path = tmp_path / "seed0.npz"
    np.savez(path, index=np.array(index, np.int64), offsets=np.array(offsets, np.int64))
    with pytest.raises(DataError, match=r"seed0\.npz"):
        load_partition(path)


def test_a_kind_that_is_no_name_is_a_problem_not_a_crash():
    (problem,) = problems({"kind": ["iid"]})
    assert problem.startswith("kind: ['iid'] is unknown; allowed: dirichlet, iid, ")
