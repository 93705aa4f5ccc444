"""Count what a run has to do: client trainings, local steps and samples, from the configuration."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace

from edgecase.config import pretrain_variant, resolve_cell, resolve_task
from edgecase.datasets import EDGE_SETS
from edgecase.federation.parameters import CellParameters
from edgecase.plan.sizes import edge_counts, image_counts
from edgecase.population import participation
from edgecase.results.cells import Cell, all_cells, expand

#: a Dirichlet partition's clients hold about evenly between 1/2 and 3/2 of the mean.
_SPREAD = [0.5 + (part + 0.5) / 16 for part in range(16)]


@dataclass(frozen=True)
class Setting:
    """What the cost of a step and of an evaluation depends on, the device apart.

    `batch_size` is the number of samples in a usual step: the configured one, or all samples of a
    mean client where it holds fewer. `members` is how many clients of all seeds a stacked `backend`
    can train as one batch; a starting model is trained sequentially.
    """

    dataset: str
    model: str
    width: float
    batch_size: int
    test_batch_size: int
    precision: str
    backend: str = "sequential"
    members: int = 1


@dataclass(frozen=True)
class Work:
    """Expected counts over all seeds: `samples` are those of all steps together, `evaluated` the
    images of all evaluations.
    """

    trainings: float = 0.0
    steps: float = 0.0
    samples: float = 0.0
    evaluated: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __mul__(self, factor: int) -> "Work":
        return Work(*(factor * value for value in astuple(self)))


@dataclass(frozen=True)
class Job:
    """A cell, a starting model or the densities of a task.

    `output`, below `results/<run>`, is there once it has run. The job keeps `seeds` sets of test
    images and `updates` models besides its own, and `held` photographs of those in files.
    """

    output: str
    setting: Setting
    work: Work
    is_cell: bool = True
    seeds: int = 1
    updates: int = 1
    held: float = 0


def parts(config: Mapping) -> dict[str, list[Cell]]:
    """The cells of every figure that has some, and of what lies beyond the figures."""
    figures = {name: expand(blocks) for name, blocks in config["figures"].items() if blocks}
    shown = {cell for cells in figures.values() for cell in cells}
    others = [cell for cell in all_cells(config) if cell not in shown]
    return figures | ({"beyond the figures": others} if others else {})


def jobs(config: Mapping, cells: Iterable[Cell]) -> list[Job]:
    """The jobs that `cells` need, each once: their starting models, then the cells themselves."""
    cells = list(dict.fromkeys(cells))
    variants = {}
    for task, override in dict.fromkeys((cell.task, cell.override) for cell in cells):
        variants[task, pretrain_variant(config, task, override)] = None
    return [
        *(start_job(config, task, variant) for task, variant in variants),
        *(cell_job(config, cell) for cell in cells),
    ]


def cell_job(config: Mapping, cell: Cell) -> Job:
    """A cell with all its seeds."""
    parameters = CellParameters.of(resolve_cell(config, cell))
    seeds, updates = len(config["seeds"]), parameters.clients_per_round
    setting = _setting(resolve_task(config, cell.task, cell.override))
    held = parameters.dataset, parameters.edge_set, parameters.partition
    return Job(
        f"cells/{cell.folder}/cell.json",
        replace(setting, backend=config.get("backend", "auto"), members=updates * seeds),
        cell_work(parameters) * seeds,
        seeds=seeds,
        updates=updates,
        # A round's participants, and those of the next, which are read ahead.
        held=2 * updates * held_samples(*held) / parameters.num_clients,
    )


def start_job(config: Mapping, task: str, variant: str) -> Job:
    """The starting model of a task: trained once, whatever the number of seeds."""
    parameters = resolve_task(config, task, variant)
    recipe = parameters["pretrain"]
    work = Work(evaluated=_clean_test(parameters["dataset"], parameters["test_samples"]))
    if parameters["start"] == "trained":
        count = recipe.get("num_samples") or image_counts(parameters["dataset"])[0]
        training = _training(1, recipe["epochs"], recipe["batch_size"], [count])
        work += replace(training, trainings=0)  # no client's
    if parameters["start"] == "rounds":
        held = held_samples(parameters["dataset"], parameters["edge_set"], parameters["partition"])
        work += _training(
            parameters["start_rounds"] * parameters["clients_per_round"],
            parameters["local_epochs"],
            parameters["batch_size"],
            [held / parameters["num_clients"]],
        )
    output = f"pretrain/{task}/{variant}.safetensors"
    return Job(output, _setting(parameters), work, is_cell=False)


def density_job(config: Mapping, task: str) -> Job:
    """The densities of a task: features of training images, and of three groups of test images.

    Fitting the mixture is not counted.
    """
    section = config["densities"]
    seeds = len(config["seeds"])
    images = section["train_samples"] + 3 * section["test_samples"]
    setting = _setting(resolve_task(config, task))
    work = Work(evaluated=images * seeds)
    return Job(f"densities/{task}.csv", setting, work, is_cell=False, seeds=seeds)


def cell_work(parameters: CellParameters) -> Work:
    """What one seed of a cell has to do, in expectation.

    Honest clients are sampled uniformly, so each of their trainings has the mean client's samples;
    the seated client has its own edge samples besides.
    """
    rounds, num_clients = parameters.rounds, parameters.num_clients
    edge = edge_counts(parameters.edge_set, parameters.case, num_clients, parameters.poison)
    held = held_samples(parameters.dataset, parameters.edge_set, parameters.partition)
    own = held / num_clients
    seated = parameters.seated_client
    malicious = _attacker_trainings(parameters)
    ordinary = rounds * parameters.clients_per_round - malicious
    # Round 0, every so-many-th round, and the last one if it is none of these.
    evaluations = 1 + math.ceil(rounds / parameters.evaluate_every)
    tested = _clean_test(parameters.dataset, parameters.test_samples) + edge.test
    whole = _clean_test(parameters.dataset, None) * _whole_tests(parameters)
    rule = parameters.running_defense
    voters, _ = rule.voters()
    asked = rounds * rule.inputs_asked(parameters.clients_per_round)
    work = Work(evaluated=evaluations * tested * (1 + voters) + whole + asked)

    honest = parameters.honest_training(1)
    spread = [1.0] if _is_even(parameters.partition) else _SPREAD
    others = edge.honest
    if seated is not None:
        mine = edge.by_client.get(seated, 0)
        others -= mine
        ordinary -= rounds
        num_clients -= 1
        sizes = [own * share + mine for share in spread]
        work += _training(rounds, honest.epochs, honest.batch_size, sizes)
    sizes = [own * share + others / num_clients for share in spread]
    work += _training(ordinary, honest.epochs, honest.batch_size, sizes)
    root, finish = parameters.defense.root_size, parameters.defense.fine_tuning
    if parameters.defense.trains_root:
        # The server's own training is no client's.
        server = parameters.root_training(1)
        own_training = _training(rounds, server.epochs, server.batch_size, [root])
        work += replace(own_training, trainings=0)
    if (marking := rule.marking) is not None:
        due = sum(marking.is_due(round) for round in range(1, rounds + 1))
        own_training = _training(due, marking.epochs, marking.batch_size, [marking.images])
        work += replace(own_training, trainings=0)
    if finish is not None:
        tuned = _training(1, finish.epochs, finish.batch_size, [root])
        work += replace(tuned, trainings=0)
    if not malicious or parameters.attack is None:
        return work

    attacker = parameters.attacker_training(parameters.first_attack_round or 1)
    work += _training(malicious, attacker.epochs, attacker.batch_size, [edge.attacker])
    if parameters.attack.trains_reference:
        work += _training(malicious, honest.epochs, honest.batch_size, [edge.clean])
    return work


def _whole_tests(parameters: CellParameters) -> int:
    """How often the whole clean test set is tested besides a part of it."""
    return sum(map(parameters.is_wholly_tested, range(parameters.rounds + 1)))


def _attacker_trainings(parameters: CellParameters) -> float:
    """How often an attacker trains: exact in fixed-freq, the expectation in fixed-pool."""
    if parameters.attack is None:
        return 0.0
    mode = parameters.mode
    rounds = max(0, parameters.rounds - (parameters.first_attack_round or 1) + 1)
    if isinstance(mode, participation.FixedFrequency):
        return -(-rounds // mode.period)
    taken = 0 if parameters.seated_client is None else 1
    seats = parameters.clients_per_round - taken
    return rounds * seats * mode.attackers / (parameters.num_clients - taken)


def _training(count: float, epochs: int, batch_size: int, sizes: list[float]) -> Work:
    """`count` trainings, each equally likely of any of the `sizes`; the last batch may be short."""
    mean = sum(sizes) / len(sizes)
    steps = sum(math.ceil(size / batch_size) for size in sizes) / len(sizes)
    return Work(count, count * epochs * steps, count * epochs * mean)


def _is_even(partition: Mapping) -> bool:
    """Whether clients hold equally many samples, or nearly so."""
    return partition["kind"] in ("iid", "shards") or partition.get("sizes") == "equal"


def held_samples(dataset: str, edge_set: str, partition: Mapping) -> int:
    """Training samples that the clients divide among them."""
    held = partition.get("num_samples")
    if held is not None:
        return held
    return image_counts(dataset)[0] - len(EDGE_SETS[edge_set].excluded)


def _clean_test(dataset: str, test_samples: int | None) -> int:
    available = image_counts(dataset)[1]
    return min(test_samples or available, available)


def _setting(task: Mapping) -> Setting:
    """What a resolved task's steps and evaluations cost by."""
    held = held_samples(task["dataset"], task["edge_set"], task["partition"])
    return Setting(
        dataset=task["dataset"],
        model=task["model"]["name"],
        width=task["model"]["width"],
        batch_size=min(task["batch_size"], math.ceil(held / task["num_clients"])),
        test_batch_size=task["test_batch_size"],
        precision=task["precision"],
    )
