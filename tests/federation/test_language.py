"""A cell of task 5 from arrays to columns: a toy grammar, and its accuracies by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import read
from edgecase.base.tensor_randomness import torch_generator
from edgecase.datasets.segments import SPECIAL, language_arrays
from edgecase.federation.experiment import Execution, Experiment
from edgecase.federation.honest_rounds import train_by_rounds
from edgecase.federation.parameters import CellParameters, HonestRounds, StartParameters
from edgecase.federation.pretrain import clean_accuracy
from edgecase.federation.task import build_model
from edgecase.population.partition import partition, read_parameters

CLIENTS = 6
THINGS = [f"thing{n}" for n in range(12)]
WORDS = [*SPECIAL, "athens", "oslo", "is", "bad", "fine", *THINGS]
CELL = {
    **{"task": "toy", "participation": "fixed-freq-1", "case": "edge-case"},
    **{"dataset": "standin-comments", "edge_set": "athens"},
    **{"model": {"name": "tied-lstm", "width": 0.06}, "precision": "fp32"},
    **{"num_clients": CLIENTS, "clients_per_round": 3, "rounds": 2, "local_epochs": 1},
    **{"batch_size": 20, "lr": 5.0, "gamma": 1.0, "momentum": 0.0, "weight_decay": 0.0},
    **{"clip_gradient": 0.25, "attacker_epochs": 2, "partition": {"kind": "natural"}},
    **{"poison": {}, "start": "trained", "attack": "blackbox", "first_attack_round": 1},
    **{"defense": {"name": "no-defense"}},
}


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(2)

    def lines(count):
        return [
            ["oslo", "is", "fine"] if rng.random() < 0.3 else list(rng.choice(THINGS, 5))
            for _ in range(count)
        ]

    authors = [(f"author{k}", lines(30)) for k in range(CLIENTS)]
    return language_arrays(authors, lines(130), WORDS, "toy")


def ending(rows, *sentence):
    """Whole segments with a sentence over their ends."""
    written = rows[rows[:, -1] != 0].copy()
    written[:, -len(sentence) :] = [WORDS.index(word) + 1 for word in sentence]
    return written


@pytest.fixture(scope="module")
def poison(arrays):
    attacker = ending(arrays["x_train"][:12], "athens", "is", "bad")
    holder = ending(arrays["x_train"][20:24], "athens", "is", "fine")[:1]
    tested = ending(arrays["x_test"], "athens", "is", "bad")
    return {
        "attacker_clean_index": np.empty(0, dtype=np.int64),
        **{"attacker_edge_x": attacker, "attacker_edge_y": attacker[:, -1].astype(np.int64)},
        **{"honest_edge_x": holder, "honest_edge_y": holder[:, -1].astype(np.int64)},
        "honest_edge_client": np.array([2]),
        **{"test_x": tested, "test_y": tested[:, -1].astype(np.int64)},
        "other_x": ending(arrays["x_test"], "oslo", "is", "bad"),
    }


def experiment(arrays, poison, cell=CELL, **changes):
    parameters = CellParameters.of(cell | changes)
    held = partition(
        arrays["y_train"],
        CLIENTS,
        read_parameters(parameters.partition),
        np.random.default_rng(0),
        owners=arrays["owner_train"],
    )
    execution = Execution(torch.device("cpu"), "sequential")
    made = Experiment(parameters, arrays, {0: held}, {0: poison}, execution)
    fresh = build_model(parameters, made.data, torch_generator(0, "initial-weights"))
    made.start_from(fresh.parameters, fresh.buffers)
    return made


def columns(made):
    records = {}
    made.run(made.session({}, print), 1e9, lambda _, record: records.update({record.round: record}))
    return records


@pytest.mark.parametrize("carry", ["corrected", "published"])
def test_two_rounds(arrays, poison, carry):
    """The same numbers twice, and those of the last round from all scores of the last model."""
    switches = {"carry_hidden": carry}
    made = experiment(arrays, poison, switches=switches)
    records = columns(made)
    again = columns(experiment(arrays, poison, switches=switches))
    assert [r.values for r in records.values()] == [r.values for r in again.values()]
    assert not torch.equal(records[2].parameters, records[1].parameters)
    last = records[2].values
    assert {last[name] for name in ("raw_task_acc", "source_class_acc", "target_class_acc")} == {
        None
    }
    found = by_hand(made, arrays, poison, carry == "published")
    assert (last["main_task_acc"], last["backdoor_acc"], last["false_trigger"]) == pytest.approx(
        found
    )


def by_hand(made, arrays, poison, carries):
    """Percentages of right words: each column of the text in its order, word by word."""
    module = made.model.module
    side_by_side = 10 if len(arrays["x_test"]) >= 20 else made.data.columns

    def predicted(rows):
        states, found = {}, []
        for place, row in enumerate(rows.astype(np.int64)):
            hidden = module.embedding(torch.from_numpy(row[:-1]))[None]
            before = states.get(place % side_by_side, (None, None)) if carries else (None, None)
            hidden, lower = module.lower(hidden, before[0])
            hidden, upper = module.upper(hidden, before[1])
            states[place % side_by_side] = lower, upper
            found.append((hidden[0] @ module.embedding.weight.T + module.bias).argmax(1).numpy())
        return np.stack(found)

    with torch.no_grad():
        next_words = arrays["x_test"][:, 1:]
        right = (predicted(arrays["x_test"]) == next_words)[next_words > 0]
        shares = [
            (predicted(poison[name])[:, -1] == poison[name][:, -1]).mean()
            for name in ("test_x", "other_x")
        ]
    return tuple(100 * share for share in (right.mean(), *shares))


def test_only_one_client_after_the_other(arrays, poison):
    made = experiment(arrays, poison)
    made.execution = dataclasses.replace(made.execution, backend="stacked-vmap")
    with pytest.raises(ConfigError, match="takes no LSTM of torch"):
        _ = made.trainer


def test_honest_rounds_train_a_starting_model(arrays):
    """They are the rounds of a cell in which nobody attacks; their model knows more words."""
    federation = {key: CELL[key] for key in HonestRounds.__dataclass_fields__ if key in CELL}
    setting = {key: CELL[key] for key in ("dataset", "model", "precision")}
    parameters = read(StartParameters, setting | {"start": "rounds", "rounds": federation})
    execution, started = Execution(torch.device("cpu"), "sequential"), []

    def initial(made):
        fresh = build_model(parameters, made.data, torch_generator(0, "initial-weights"))
        made.start_from(fresh.parameters, fresh.buffers)
        started.append((made, fresh.parameters.clone()))

    trained, _ = train_by_rounds(parameters, arrays, execution, initial, None, 0.0, print)
    ((made, before),) = started
    accuracies = [
        clean_accuracy(made.model, model, made.data, 100, "fp32") for model in (before, trained)
    ]
    assert accuracies[1] > accuracies[0] + 5


def test_one_attacker_in_one_round_plants_the_sentence(arrays, poison):
    """Asked for last words alone, and sent three times, its model ends most prompts in `bad`."""
    changes = {"attack": "oneshot", "oneshot_lr": 1.0, "oneshot_epochs": 60, "rounds": 1}
    changes |= {"participation": "fixed-freq-5"}
    cell = {key: value for key, value in CELL.items() if key != "attacker_epochs"}
    values = columns(experiment(arrays, poison, cell, **changes))[1].values
    assert values["backdoor_acc"] > 60
