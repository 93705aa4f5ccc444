"""The divisions beside the paper's: what each promises, and how unequal it is."""

import random

import numpy as np
import pytest

from edgecase.base.errors import ConfigError
from edgecase.population.dirichlet import cut, dirichlet
from edgecase.population.partition import partition, read_parameters
from edgecase.population.parts import Partition
from edgecase.population.skew import skew

#: every kind that divides at random, with parameters that 988 samples of 26 classes can meet
KINDS = [
    {"kind": "dirichlet", "min_samples": 2, "alpha": 5.0, "size_cap": False, "spare": "spread"},
    {"kind": "iid"},
    {"kind": "mixture"},
    {"kind": "mixture", "prior": "flat", "sizes": "lognormal", "min_samples": 2},
    {"kind": "shards", "per_client": 3},
    {"kind": "classes", "per_client": 4},
    {"kind": "classes", "assignment": "first-then-random", "per_client": 4},
    {"kind": "quantity", "size_concentration": 2.0, "min_samples": 1},
]


def unequal():
    """988 labels from 1 to 26, few of some and many of others, sorted."""
    return np.repeat(np.arange(1, 27), np.arange(26) * 2 + 13)


def divided(labels, num_clients, seed=0, **parameters):
    generator = np.random.default_rng(seed)
    return partition(labels, num_clients, read_parameters(parameters), generator)


def table(clients, labels):
    counts = [
        np.bincount(labels[clients.client(k)], minlength=labels.max() + 1)
        for k in range(len(clients.offsets) - 1)
    ]
    return np.stack(counts)


@pytest.mark.parametrize("parameters", KINDS)
def test_every_sample_has_one_client_and_draws_are_its_generators_alone(parameters):
    labels = unequal()
    before = np.random.get_state()[1].copy(), random.getstate()
    clients = divided(labels, 30, **parameters)
    assert np.array_equal(np.sort(clients.index), np.arange(988))
    assert np.diff(clients.offsets).min() >= parameters.get("min_samples", 1)
    again = divided(labels, 30, **parameters)
    assert np.array_equal(again.index, clients.index)
    assert np.array_equal(again.offsets, clients.offsets)
    assert np.array_equal(np.random.get_state()[1], before[0])
    assert random.getstate() == before[1]


@pytest.mark.parametrize("parameters", KINDS)
def test_the_place_in_the_file_does_not_matter(parameters):
    """Who holds the last samples of a class is as likely a first client as a last one."""
    labels = np.repeat(np.arange(4), 100)
    parameters = parameters | {"per_client": 2} if "per_client" in parameters else parameters
    places = []
    for seed in range(40):
        clients = divided(labels, 10, seed, **parameters)
        owner = np.empty(400, dtype=int)
        owner[clients.index] = np.repeat(np.arange(10), np.diff(clients.offsets))
        places.append(owner[275:300].mean() / 9)
    assert np.mean(places) == pytest.approx(0.5, abs=0.1)


def test_equal_shares_are_cut_by_hand():
    """Thirds of 10: rounded down, 3, 3 and 4; moved by a half, 3, 4 and 3."""
    thirds = np.full(3, 1 / 3)
    assert cut(thirds, 10).tolist() == [3, 3, 4]
    assert cut(thirds, 10, 0.5).tolist() == [3, 4, 3]


def test_what_rounding_leaves_over_is_spread():
    """200 classes of 50: the last of 40 clients has twice the first one's samples, or as many."""
    labels = np.repeat(np.arange(200), 50)
    means = {}
    for spread in (False, True):
        sizes = [
            np.diff(
                dirichlet(
                    labels, 40, 5.0, 1, np.random.default_rng(seed), size_cap=False, spread=spread
                ).offsets
            )
            for seed in range(10)
        ]
        means[spread] = np.mean(sizes, axis=0)
    assert means[True][[0, -1]] == pytest.approx([250, 250], rel=0.05)
    # Half a sample of each class too few, and too many.
    assert means[False][[0, -1]] == pytest.approx([150, 350], rel=0.1)


@pytest.mark.parametrize("alpha", [1.0, 10.0, 25.0])
def test_how_even_a_dirichlet_division_is(alpha):
    """χ²/df is about (m / K) / α, below that of a random division from α = m / K on."""
    labels = np.repeat(np.arange(10), 1000)
    found = [
        skew(
            divided(labels, 40, seed, alpha=alpha, size_cap=False, min_samples=1, spare="spread"),
            labels,
        )["chi2_per_df"]
        for seed in range(8)
    ]
    assert np.mean(found) == pytest.approx(25 / alpha, rel=0.3)
    assert 0.8 < skew(divided(labels, 40, kind="iid"), labels)["chi2_per_df"] < 1.2


def test_clients_of_a_mixture_fill_up_together():
    """At a large α the last clients are as random a sample as the first: nobody gets leftovers."""
    labels = unequal()
    found = {"first": [], "last": []}
    for seed in range(20):
        index, offsets = divided(labels, 20, seed, kind="mixture", alpha=1000.0)
        for name, (low, high) in {"first": (0, 10), "last": (10, 20)}.items():
            part = Partition(
                index[offsets[low] : offsets[high]], offsets[low : high + 1] - offsets[low]
            )
            found[name].append(skew(part, labels)["chi2_per_df"])
    assert 0.7 < np.mean(found["first"]) < 1.3
    assert 0.7 < np.mean(found["last"]) < 1.3


def test_a_small_alpha_gives_a_client_of_a_mixture_few_classes():
    labels = np.repeat(np.arange(10), 200)
    few, many = (
        skew(divided(labels, 20, kind="mixture", alpha=alpha), labels)["classes"]
        for alpha in (0.1, 100.0)
    )
    assert few < 4 < 9 < many


def test_shards_differ_by_one_sample_and_hold_few_classes():
    labels = np.repeat(np.arange(10), 101)
    clients = divided(labels, 20, kind="shards", per_client=2)
    assert np.ptp(np.diff(clients.offsets)) <= 2
    assert (table(clients, labels) > 0).sum(1).max() <= 4


@pytest.mark.parametrize("assignment", ["balanced", "first-then-random"])
@pytest.mark.parametrize(("num_clients", "per_client"), [(20, 2), (13, 3), (5, 2), (10, 10)])
def test_a_client_holds_so_many_classes(num_clients, per_client, assignment):
    if assignment == "first-then-random" and num_clients < 10:
        pytest.skip("nobody may hold a class")
    labels = np.repeat(np.arange(10), 60)
    held = table(
        divided(labels, num_clients, kind="classes", per_client=per_client, assignment=assignment),
        labels,
    )
    assert ((held > 0).sum(1) == per_client).all()
    holders = (held > 0).sum(0)
    assert holders.min() >= 1
    if assignment == "balanced":
        assert np.ptp(holders) <= 1
    for of_class in held.T:
        assert np.ptp(of_class[of_class > 0]) <= 1


def test_quantities_differ_and_labels_do_not():
    labels = np.repeat(np.arange(10), 1000)
    measures = skew(divided(labels, 20, kind="quantity", size_concentration=2.0), labels)
    assert measures["largest"] > 2 * measures["median"]
    assert 0.7 < measures["chi2_per_df"] < 1.3
    sizes = np.diff(divided(labels, 20, kind="quantity", sizes="lognormal").offsets)
    assert np.log(sizes).std() == pytest.approx(0.3, rel=0.4)


@pytest.mark.parametrize(
    ("parameters", "num_clients", "message"),
    [
        ({"kind": "shards"}, 499, r"N = 988 samples cannot fill the 998 shards of K = 499"),
        ({"kind": "classes", "per_client": 27}, 30, r"per_client: 27 is more than the 26 classes"),
        ({"kind": "classes", "per_client": 2}, 12, r"nobody holds class \d+: K = 12"),
        ({"kind": "classes", "per_client": 26}, 30, r"class \d+ has \d+ samples for 30 holders"),
        ({"kind": "mixture"}, 100, r"no equal sizes of K = 100 .* min_samples = 10 \(0 draws\)"),
        (
            {"kind": "quantity", "max_redraws": 2, "size_concentration": 0.01},
            50,
            r"Dirichlet\(0.01\) sizes .* \(3 draws\); in the best one a client has 0",
        ),
    ],
)
def test_what_cannot_be_met_is_refused_with_its_numbers(parameters, num_clients, message):
    with pytest.raises(ConfigError, match=message):
        divided(unequal(), num_clients, **parameters)


def test_measures_by_hand():
    """Sizes 1, 2 and 5; of 4 samples of each class the last client holds 2 and 3."""
    labels = np.array([0, 0, 1, 0, 0, 1, 1, 1])
    clients = Partition(np.arange(8), np.array([0, 1, 3, 8]))
    counts, sizes = np.array([[1, 0], [1, 1], [2, 3]]), np.array([1, 2, 5])
    expected = sizes[:, None] * 4 / 8
    assert skew(clients, labels) == {
        **{"clients": 3, "samples": 8, "smallest": 1, "median": 2.0, "largest": 5},
        "classes": pytest.approx(5 / 3),
        "largest_class": pytest.approx((1 + 1 / 2 + 3 / 5) / 3),
        "chi2_per_df": pytest.approx((((counts - expected) ** 2) / expected).sum() / 2),
    }
    assert "classes" not in skew(clients, None)
