"""Measure a round over many clients and out of many: `python -m benchmarks.scale`.

LeNet clients of 20 random digits, one step each, with one attacker among them. Either m of 10,000
clients take part, or 10 of K. Every row is a process of its own, on one thread; seconds are those
of its processor, so other work on the machine counts little.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from benchmarks.measure import peak_memory
from benchmarks.target import Measured, add_option, write
from benchmarks.workload import ROUND, random_edge, resolve
from edgecase import models
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import EDGE_SETS
from edgecase.federation.clients import Population, build_populations
from edgecase.federation.flat import FlatModel
from edgecase.federation.parameters import CellParameters
from edgecase.federation.receive import receive
from edgecase.federation.round import Cohort
from edgecase.federation.server import Broadcast, defend
from edgecase.federation.simulate import participants_of
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import Sequential
from edgecase.federation.transforms import Transform, task_transforms
from edgecase.population import poison
from edgecase.population.partition import Iid, partition

SAMPLES = 20
CLIENTS = 10_000
DEFENSES = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 1.5},
    "weak-dp": {"norm_bound": 1.5, "stddev": 0.025},
}
#: different images; a client's rows name these again and again.
_IMAGES = 1000


@dataclass(frozen=True)
class Repeated(ImageStore):
    """A store of `count` rows and more, of which the first repeat a few images."""

    count: int = 0

    def batch(
        self,
        rows: torch.Tensor,
        transform: Transform,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        held = torch.where(rows < self.count, rows % _IMAGES, rows - self.count + _IMAGES)
        return super().batch(held, transform, key, positions, dtype)

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> "Repeated":
        further = super().extended(samples, labels)
        return replace(self, images=further.images, labels=further.labels)


#: column → seconds of the processor, or 10⁹ bytes of memory.
Row = dict[str, float]


class Laps:
    """Seconds of the processor between one mark and the next."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = time.process_time()

    def mark(self) -> None:
        now = time.process_time()
        self.seconds.append(now - self._last)
        self._last = now


def parameters_of(clients: int, per_round: int, defense: str) -> CellParameters:
    """Those of task 2 with as many clients, of a single batch each."""
    plain = resolve("emnist-ardis", attacked=True, precision="fp32")
    sizes = {"num_clients": clients, "clients_per_round": per_round, "batch_size": SAMPLES}
    once = {"local_epochs": 1, "attacker_epochs": 1}
    return CellParameters.of(
        plain | sizes | once | {"defense": {"name": defense, **DEFENSES[defense]}}
    )


def populate(parameters: CellParameters, laps: Laps) -> Population:
    """The clients and the attacker: partition, poisoned set, and both laid over a store."""
    clients, rng = parameters.num_clients, np.random.default_rng(0)
    images = rng.integers(0, 256, (_IMAGES, 28, 28, 1), dtype=np.uint8)
    labels = np.tile(rng.integers(0, 10, _IMAGES), -(-clients * SAMPLES // _IMAGES))
    labels = labels[: clients * SAMPLES]
    edge_set = EDGE_SETS[parameters.edge_set]
    laps.mark()
    own = partition(labels, clients, Iid(), numpy_generator(0, "partition"))
    laps.mark()
    poisoned = poison.build(
        read(poison.FAMILIES[edge_set.name], parameters.poison),
        random_edge(parameters.dataset, parameters.edge_set),
        *(edge_set.source_class, edge_set.target_class, len(labels), parameters.case, clients),
        numpy_generator(0, "poison"),
    )
    laps.mark()
    store = Repeated(torch.from_numpy(images), torch.from_numpy(labels), count=len(labels))
    (population,) = build_populations(
        store, [own], [poisoned], task_transforms(1, "published"), count_edge_samples=False
    )
    return population


def measure(clients: int, per_round: int, defense: str) -> Row:
    """Seconds and gigabytes of a round."""
    torch.set_num_threads(1)
    cpu, laps = torch.device("cpu"), Laps()
    parameters = parameters_of(clients, per_round, defense)
    population = populate(parameters, laps)
    participants = participants_of(parameters, ROUND, 0)
    laps.mark()
    ready = peak_memory(cpu)
    model = FlatModel(models.build("lenet"))
    trainer = Sequential(model)
    cohort = Cohort(0, model.parameters.clone(), population, participants)
    laps.mark()
    (updates,) = receive(trainer, [cohort], parameters, ROUND)
    defend(
        parameters.running_defense,
        updates,
        participants.ids,
        Broadcast(0, ROUND, cohort.start),
        leave_out_diverged=False,
    )
    laps.mark()
    _, divided, poisoned, laid, _, trained = laps.seconds
    seconds = {"partition_s": divided, "poisoned_s": poisoned, "laid_s": laid}
    return seconds | {
        "ready_gb": ready / 1e9,
        "round_s": trained,
        "peak_gb": peak_memory(cpu) / 1e9,
    }


def in_own_process(clients: int, per_round: int, defense: str) -> Row:
    """`measure` where no earlier round has left memory behind."""
    own = ["--clients", str(clients), "--per-round", str(per_round), "--defenses", defense]
    command = [sys.executable, "-m", "benchmarks.scale", "--row", *own]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def targets(clients: int, per_round: int, defense: str, row: Row) -> list[Measured]:
    """What of a row has a target: all clients of a round of 1000, and a million clients."""
    found = []
    if per_round == 1000:
        what = f"round of 1000 clients, {defense}"
        found.append(Measured(what, "4.8 GB of updates", [row["peak_gb"]], 1.5, "GB", at_most=True))
    if clients == 10**6:
        what = "a million clients, divided, poisoned, sampled"
        found.append(Measured(what, "", [row["ready_gb"]], 1.0, "GB", at_most=True))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[10**n for n in range(3, 7)])
    parser.add_argument("--per-round", type=int, nargs="+", default=[10, 100, 1000, 3000])
    parser.add_argument("--defenses", choices=DEFENSES, nargs="+", default=list(DEFENSES))
    add_option(parser)
    parser.add_argument("--row", action="store_true", help="measure the first of each, here")
    arguments = parser.parse_args()
    if arguments.row:
        case = arguments.clients[0], arguments.per_round[0], arguments.defenses[0]
        print(json.dumps(measure(*case)))
        return
    print(
        "| defense | K | m | partition, s | poisoned set, s | sampled and laid out, s "
        "| until here, GB | round, s | peak, GB |\n|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    rows = [(clients, 10, "no-defense") for clients in arguments.clients]
    rows += [(CLIENTS, m, name) for m in arguments.per_round for name in arguments.defenses]
    measured = []
    for case in rows:
        row = in_own_process(*case)
        clients, per_round, defense = case
        seconds = f"{row['partition_s']:.2f} | {row['poisoned_s']:.2f} | {row['laid_s']:.2f}"
        print(
            f"| {defense} | {clients:,} | {per_round:,} | {seconds} "
            f"| {row['ready_gb']:.2f} | {row['round_s']:.1f} | {row['peak_gb']:.2f} |",
            flush=True,
        )
        measured += targets(*case, row)
    write(arguments.measured, measured)


if __name__ == "__main__":
    main()
