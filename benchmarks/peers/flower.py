"""Rounds as Flower simulates them, by its own FedAvg and simulation; needs its package `flwr`."""

import copy
import itertools
import logging
import time
from functools import partial

import torch
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from flwr.simulation import run_simulation
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.peers.shared import PlainRound


class Flower:
    """Rounds of FedAvg over all participants, as many at a time as there are cores for actors.

    Every participant is a node of the simulation, and none else is, which is faster for Flower
    than the nodes of all clients of whom the participants are sampled.
    """

    def __init__(self, plain: PlainRound, cores_per_client: int) -> None:
        self._plain, self._cores = plain, cores_per_client

    def rounds(self, count: int) -> list[float]:
        """Seconds of each of `count` rounds; the first sets up the actors."""
        logging.getLogger("flwr").setLevel(logging.ERROR)
        server = ServerApp()
        ends: list[float] = []

        @server.main()
        def main(grid: Grid, context: Context) -> None:
            def evaluate(number: int, arrays: ArrayRecord) -> MetricRecord | None:
                ends.append(time.perf_counter())
                self._state = arrays.to_torch_state_dict()
                return None

            # Without it the first round has the share of the nodes that are known by then.
            strategy = FedAvg(
                fraction_train=1.0,
                fraction_evaluate=0.0,
                min_train_nodes=len(self._plain.samples),
            )
            start = ArrayRecord(self._plain.start.state_dict())
            strategy.start(grid, start, num_rounds=count, evaluate_fn=evaluate)

        client = ClientApp()
        client.train()(partial(_train, self._plain, self._cores))
        run_simulation(
            server,
            client,
            num_supernodes=len(self._plain.samples),
            backend_config={"client_resources": {"num_cpus": self._cores, "num_gpus": 0.0}},
        )
        return [end - begin for begin, end in itertools.pairwise(ends)]

    def state(self) -> dict[str, torch.Tensor]:
        """The parameters of the global model after the last round."""
        return self._state


def _train(plain: PlainRound, threads: int, message: Message, context: Context) -> Message:
    """The reply of a node: its model after local training, and its sample count."""
    torch.set_num_threads(threads)
    training = plain.training
    images, labels = list(plain.samples.values())[context.node_config["partition-id"]]
    model = copy.deepcopy(plain.start)
    model.load_state_dict(message.content["arrays"].to_torch_state_dict())
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=training.lr,
        momentum=training.momentum,
        weight_decay=training.weight_decay,
    )
    loader = DataLoader(TensorDataset(images, labels), batch_size=training.batch_size, shuffle=True)
    model.train()
    for _ in range(training.epochs):
        for batch, targets in loader:
            optimizer.zero_grad()
            cross_entropy(model(batch), targets).backward()
            optimizer.step()
    reply = RecordDict(
        {
            "arrays": ArrayRecord(model.state_dict()),
            "metrics": MetricRecord({"num-examples": len(labels)}),
        }
    )
    return Message(content=reply, reply_to=message)
