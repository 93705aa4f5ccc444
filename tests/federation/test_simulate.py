"""Whole rounds against the independent simulator of `reference.py`, in float64."""

import math

import pytest
import torch
from tests.federation import reference
from tests.federation.conftest import (
    ATTACKS,
    DEFENSES,
    PARTICIPATIONS,
    pairings,
    simulate_seed,
    typed,
)

from edgecase import models
from edgecase.base.errors import SimulationError
from edgecase.federation import simulate as simulation
from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.flat import FlatModel
from edgecase.federation.simulate import SeedRun, participants_of, simulate
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import Sequential, Stacked
from edgecase.federation.transforms import task_transforms
from edgecase.machine.precision import matrix_products
from edgecase.results.rounds import ROUND_COLUMNS, TIMING_COLUMNS

REPLACED = "pgd-replacement-prox"


def softmax(world):
    generator = torch.Generator().manual_seed(1)
    theirs = reference.Softmax(math.prod(world.shape), 10).double()
    for parameter in theirs.parameters():
        parameter.data.normal_(0, 0.1, generator=generator)
    ours = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(math.prod(world.shape), 10))
    return ours, theirs


def network(name, build, width):
    ours = models.build(name, width=width, generator=torch.Generator().manual_seed(2))
    return ours, build(width).double()


def run(pair, world, lay_out, parameters, classes, seed=3):
    """(our records, our models after each round, the reference's records and models)."""
    module, theirs = pair
    model = FlatModel(module, dtype=torch.float64)
    reference.load_flat(theirs, model.parameters)
    return compare(
        model, model.parameters.clone(), theirs, world, lay_out, parameters, classes, seed
    )


def compare(model, start, theirs, world, lay_out, parameters, classes, seed):
    population, tests = lay_out(world, parameters)
    expected = reference.simulate(theirs, world, parameters, seed)
    records = 0
    for record, (wanted, vector) in zip(
        simulate_seed(model, start, population, tests, classes, parameters, seed),
        expected,
        strict=True,
    ):
        # evaluate leaves the round's global model in the flat vector.
        torch.testing.assert_close(model.parameters, vector, rtol=0, atol=1e-9)
        assert set(record.values) == set(ROUND_COLUMNS)
        for column, value in wanted.items():
            ours = record.values[column]
            if isinstance(value, str) or value is None:
                assert ours == value, column
            else:
                assert ours == pytest.approx(value, rel=1e-7, abs=1e-9, nan_ok=True), column
        records += 1
    assert records == parameters["rounds"] + 1
    return expected


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_under_every_defense(attack, make_world, lay_out, parameters, classes):
    """Each pair under one participation; each attack and each defense comes up under both."""
    world = make_world()
    pair = softmax(world)
    first = ATTACKS.index(attack)
    for place, defense in enumerate(DEFENSES, start=first):
        cell = parameters(
            defense,
            attack=attack,
            participation=PARTICIPATIONS[place % len(PARTICIPATIONS)],
            rounds=2,
            local_epochs=1,
        )
        expected = run(pair, world, lay_out, cell, classes)
        malicious = [record["num_attackers"] for record, _ in expected[1:]]
        assert (sum(malicious) > 0) == (attack != "none"), "the attack has to take part"


@pytest.mark.parametrize(
    ("attack", "defense", "participation"),
    [
        ("none", "no-defense", "fixed-freq-2"),
        ("blackbox", "no-defense", "fixed-freq-2"),
        (REPLACED, "no-defense", "fixed-freq-2"),
        (REPLACED, "multi-krum", "fixed-pool-3"),
        ("pgd", "weak-dp", "fixed-freq-2"),
    ],
)
def test_lenet_with_its_dropout(
    attack, defense, participation, make_world, lay_out, parameters, classes
):
    cell = parameters(defense, attack=attack, participation=participation, rounds=2)
    run(network("lenet", reference.LeNet, 0.06), make_world((28, 28, 1)), lay_out, cell, classes)


@pytest.mark.parametrize(
    ("attack", "defense", "participation", "switch"),
    [
        ("blackbox", "no-defense", "fixed-freq-2", "published"),
        (REPLACED, "norm-clipping", "fixed-pool-3", "published"),
        ("pgd", "krum", "fixed-freq-2", "one"),
        ("pgd-replacement", "weak-dp", "fixed-freq-2", "published"),
    ],
)
def test_vgg_with_its_two_augmentations(
    attack, defense, participation, switch, make_world, lay_out, parameters, classes
):
    cell = parameters(
        defense,
        attack=attack,
        participation=participation,
        switches={"transforms": switch},
        rounds=2,
        local_epochs=1,
        attacker_epochs=2,
    )
    run(network("vgg9", reference.VGG9, 1 / 32), make_world((32, 32, 3)), lay_out, cell, classes)


@pytest.mark.parametrize(
    ("switches", "defense", "participation"),
    [
        ({"radius_decay": "always"}, "no-defense", "fixed-freq-1"),
        ({"radius_decay": "never"}, "krum", "fixed-freq-1"),
        ({"pool_assumptions": "corrected"}, "no-defense", "fixed-pool-4"),
        ({"edge_sample_weight": "corrected"}, "rfa", "fixed-freq-2"),
    ],
)
def test_switches(switches, defense, participation, make_world, lay_out, parameters, classes):
    world = make_world()
    results = [
        run(
            softmax(world),
            world,
            lay_out,
            parameters(
                defense, switches=chosen, attack="pgd-replacement", participation=participation
            ),
            classes,
        )[-1][1]
        for chosen in ({}, switches)
    ]
    assert not torch.allclose(*results, rtol=0, atol=1e-6), "the switch has to change something"


def test_a_first_attack_round_after_some_honest_ones(make_world, lay_out, parameters, classes):
    world = make_world()
    for participation in ("fixed-freq-2", "fixed-pool-6"):
        cell = parameters(
            attack="blackbox", participation=participation, first_attack_round=3, rounds=4
        )
        expected = run(softmax(world), world, lay_out, cell, classes)
        malicious = [record["num_attackers"] > 0 for record, _ in expected[1:]]
        assert malicious == [False, False, True, participation == "fixed-pool-6"]


def records_of(world, lay_out, cell, classes, seed, dtype=torch.float32):
    model = FlatModel(softmax(world)[0], dtype=dtype)
    model.parameters.copy_(torch.linspace(-0.1, 0.1, len(model.parameters)))
    start = model.parameters.clone()
    population, tests = lay_out(world, cell, dtype)
    before = torch.get_rng_state()
    result = list(simulate_seed(model, start, population, tests, classes, cell, seed))
    assert torch.equal(torch.get_rng_state(), before), "the global generator was used"
    assert torch.equal(start, torch.linspace(-0.1, 0.1, len(start)).to(dtype)), "start was changed"
    return [record.values for record in result], [record.seconds for record in result]


def test_equal_seeds_give_equal_records_and_other_seeds_do_not(
    make_world, lay_out, parameters, classes
):
    world = make_world()
    cell = parameters("weak-dp", attack="pgd-replacement", participation="fixed-pool-3")
    first = records_of(world, lay_out, cell, classes, 0)[0]
    torch.manual_seed(123)
    assert records_of(world, lay_out, cell, classes, 0)[0] == first
    other = records_of(world, lay_out, cell, classes, 1)[0]
    assert [row["client_ids"] for row in other[1:]] != [row["client_ids"] for row in first[1:]]
    assert other[1]["noise_norm"] != first[1]["noise_norm"]
    assert other[0] == first[0]


def test_honest_clients_are_paired_across_attacks_and_defenses(parameters):
    for round in range(1, 9):
        for seed in (0, 1):
            base = participants_of(typed(parameters()), round, seed).ids
            for attack in ("blackbox", "pgd-replacement"):
                for defense in ("no-defense", "krum", "rfa"):
                    cell = parameters(defense, attack=attack, participation="fixed-freq-3")
                    ids = participants_of(typed(cell), round, seed).ids
                    assert ids == (base if round % 3 != 1 else (-1, *base[:-1]))
                    cell = parameters(defense, attack=attack, participation="fixed-pool-2")
                    assert participants_of(typed(cell), round, seed).ids == base


def test_an_honest_clients_training_does_not_depend_on_the_attack(
    make_world, lay_out, parameters, classes
):
    # Round 1 of both cells starts from the same model; the honest mean is over the same clients.
    world = make_world()
    rows = {
        attack: records_of(
            world, lay_out, parameters(attack=attack, participation="fixed-pool-1"), classes, 5
        )[0][1]
        for attack in ("blackbox", "pgd")
    }
    assert rows["blackbox"]["honest_norm_mean"] == rows["pgd"]["honest_norm_mean"]


def test_the_starting_row_is_measured(make_world, lay_out, parameters, classes):
    world = make_world()
    values, seconds = records_of(world, lay_out, parameters(attack="pgd", rounds=1), classes, 0)
    start = values[0]
    assert start["fl_iter"] == 0
    assert start["num_clients"] == 0
    assert start["client_ids"] == ""
    assert start["adv_norm_diff"] == 0
    assert start["attacker_accepted"] is None
    assert start["wg_norm"] == pytest.approx(
        float(torch.linspace(-0.1, 0.1, 170).double().norm()), rel=1e-5
    )
    assert start["wg_norm"] == values[1]["wg_norm"], "round 1 starts from the starting model"
    for row in seconds:
        assert set(row) == set(TIMING_COLUMNS)
        assert all(value >= 0 for value in row.values())


def test_single_precision_follows_double(make_world, lay_out, parameters, classes):
    world = make_world()
    cell = parameters("rfa", attack="pgd", participation="fixed-freq-2")
    single, double = (
        records_of(world, lay_out, cell, classes, 0, dtype)[0]
        for dtype in (torch.float32, torch.float64)
    )
    for ours, exact in zip(single, double, strict=True):
        for column in ("adv_norm_diff", "honest_norm_mean", "wg_norm"):
            assert ours[column] == pytest.approx(exact[column], rel=1e-4)


def test_bf16_stays_close_and_is_not_a_no_op(make_world, lay_out, parameters, classes):
    world = make_world()
    full = records_of(world, lay_out, parameters(attack="pgd"), classes, 0)[0]
    half = records_of(world, lay_out, parameters(attack="pgd", precision="bf16"), classes, 0)[0]
    for ours, exact in zip(half, full, strict=True):
        for column in ("adv_norm_diff", "honest_norm_mean", "wg_norm"):
            assert ours[column] == pytest.approx(exact[column], rel=0.05)
    assert half[-1]["wg_norm"] != full[-1]["wg_norm"]


def test_a_model_that_diverges_stops_the_run_and_names_the_round(
    make_world, lay_out, parameters, classes
):
    world = make_world()
    for defense in DEFENSES:
        cell = parameters(defense, attack="blackbox", participation="fixed-freq-1", lr=1e6)
        with pytest.raises(SimulationError, match=r"seed 4, round 1, participants -1 "):
            records_of(world, lay_out, cell, classes, 4)


def test_other_test_samples_than_stated_stop_the_run(make_world, lay_out, parameters, classes):
    world = make_world()
    cell = parameters(rounds=1)
    assert len(records_of(world, lay_out, cell | {"test_samples": 31}, classes, 4)[0]) == 2
    with pytest.raises(SimulationError, match="seed 4: 31 clean test samples; test_samples is 30"):
        records_of(world, lay_out, cell | {"test_samples": 30}, classes, 4)


def test_accuracies_over_other_samples_stop_the_run_and_name_the_round(
    make_world, lay_out, parameters, classes
):
    """A label of no class, in the test set of the digits."""
    world = make_world()
    world.y_test[5] = 10
    with pytest.raises(SimulationError, match="seed 4, round 0: accuracy: counted over 30 clean"):
        records_of(world, lay_out, parameters(rounds=1), classes, 4)


def test_a_destroyed_model_is_recorded_to_the_end(make_world, lay_out, parameters, classes):
    """Noise of any size leaves the run going; the records name who diverged."""
    world = make_world()
    cell = parameters("weak-dp", attack="blackbox", diverged_clients="leave-out", rounds=4)
    cell["defense"]["stddev"] = 1e6
    # Eight layers of weights near a million have outputs beyond float32.
    layers = [
        torch.nn.Linear(math.prod(world.shape), 8),
        *(torch.nn.Linear(8, 8) for _ in "654321"),
    ]
    module = torch.nn.Sequential(torch.nn.Flatten(), *layers, torch.nn.Linear(8, 10))
    model = FlatModel(module)
    population, tests = lay_out(world, cell, torch.float32)
    start = model.parameters.clone()
    records = [r.values for r in simulate_seed(model, start, population, tests, classes, cell, 3)]
    assert records[1]["diverged_ids"] == ""
    for record in records[2:]:
        assert record["diverged_ids"] == record["refused_ids"] == record["client_ids"]
        assert (record["num_accepted"], record["noise_norm"]) == (0, 0)
        assert (record["adv_norm_diff"], record["honest_norm_mean"]) == (0, 0)
        assert record["wg_norm"] == records[2]["wg_norm"] > 1e6


def lay_out_seeds(make_world, cell, dtype=torch.float64):
    """Three seeds over one training set, each with its own partition, poisoned set and test."""
    worlds = [make_world(seed=seed) for seed in range(3)]
    transforms = task_transforms(1, "published")
    images, labels = torch.from_numpy(worlds[0].x), torch.from_numpy(worlds[0].y)
    populations = build_populations(
        *(ImageStore(images, labels), [world.partition for world in worlds]),
        [world.poison for world in worlds],
        transforms,
        count_edge_samples=False,
    )
    return [
        SeedRun(
            seed,
            population,
            build_tests(
                ImageStore(torch.from_numpy(world.x_test), torch.from_numpy(world.y_test)),
                world.poison,
                transforms,
                dtype,
            ),
        )
        for seed, (population, world) in enumerate(zip(populations, worlds, strict=True))
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_seeds_stacked_into_one_batch_are_those_run_alone(attack, make_world, parameters, classes):
    """Every attack and every defense, in chunks of seven clients of three seeds, in float64."""
    model = FlatModel(softmax(make_world())[0], dtype=torch.float64)
    start = torch.linspace(-0.1, 0.1, 170, dtype=torch.float64)
    for participation, defense in pairings(attack):
        cell = parameters(defense, attack=attack, participation=participation, rounds=3)
        runs = lay_out_seeds(make_world, cell)
        together = [[] for _ in runs]
        trainer = Stacked(model, "grouped", most=7)
        for seed, record in simulate(trainer, start, runs, classes, typed(cell), 7):
            together[seed].append(record.values)
        for run, found in zip(runs, together, strict=True):
            alone = [
                r for _, r in simulate(Sequential(model), start, [run], classes, typed(cell), 7)
            ]
            assert len(found) == len(alone) == 4
            for ours, expected in zip(found, alone, strict=True):
                assert set(ours) == set(expected.values)
                for column, value in expected.values.items():
                    if isinstance(value, float):
                        value = pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
                    assert ours[column] == value, (defense, column)


def test_accuracies_are_measured_only_in_the_rounds_asked_for(
    make_world, lay_out, parameters, classes
):
    world = make_world()
    cell = parameters(attack="blackbox", rounds=5)
    every = records_of(world, lay_out, cell, classes, 0)[0]
    some = records_of(world, lay_out, cell | {"evaluate_every": 2}, classes, 0)[0]
    measured = ["main_task_acc", "backdoor_acc", "raw_task_acc"]
    measured += ["source_class_acc", "target_class_acc"]
    for round, (ours, expected) in enumerate(zip(some, every, strict=True)):
        if round in (1, 3):
            expected = expected | dict.fromkeys(measured)
        assert ours == pytest.approx(expected, nan_ok=True)


def test_tf32_is_allowed_to_local_training_and_never_to_the_defense(
    make_world, lay_out, parameters, classes, monkeypatch
):
    def allowed():
        return torch.backends.cuda.matmul.allow_tf32 and torch.backends.cudnn.allow_tf32

    seen = {}

    def watch(name):
        inner = getattr(simulation, name)

        def spied(*arguments, **options):
            seen.setdefault(name, set()).add(allowed())
            return inner(*arguments, **options)

        monkeypatch.setattr(simulation, name, spied)

    for name in ("receive", "defend", "evaluate"):
        watch(name)
    with matrix_products("fp32"):
        records_of(make_world(), lay_out, parameters("krum", precision="tf32"), classes, 0)
    assert seen == {"receive": {True}, "defend": {False}, "evaluate": {True}}
