"""A round as BlazeFL simulates it, by its own FedAvg; needs its package `blazefl`."""

import contextlib
import copy
import io
import tempfile
from pathlib import Path

import torch
from blazefl.contrib import (
    FedAvgBaseServerHandler,
    FedAvgPartitionType,
    FedAvgProcessPoolClientTrainer,
    FedAvgThreadPoolClientTrainer,
)
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.peers.shared import PlainRound


class BlazeFl:
    """Rounds of FedAvg over all participants, `parallel` of them at a time on one thread each.

    `mode` is how BlazeFL trains several at a time: "threads" or "processes".
    """

    def __init__(self, plain: PlainRound, mode: str, parallel: int) -> None:
        torch.set_num_threads(1)
        clients = len(plain.samples)
        dataset, selector = _Samples(plain), _Start(plain.start)
        self._server = FedAvgBaseServerHandler(
            model_selector=selector,
            model_name="start",
            dataset=dataset,
            global_round=2**31,
            num_clients=clients,
            sample_ratio=1.0,
            device="cpu",
            batch_size=plain.training.batch_size,
            seed=0,
        )
        options = {
            "model_selector": selector,
            "model_name": "start",
            "dataset": dataset,
            "device": "cpu",
            "num_clients": clients,
            "epochs": plain.training.epochs,
            "batch_size": plain.training.batch_size,
            "lr": plain.training.lr,
            "seed": 0,
            "num_parallels": parallel,
        }
        if mode == "threads":
            self._trainer = FedAvgThreadPoolClientTrainer(**options)
        else:
            self._folder = tempfile.TemporaryDirectory()
            folder = Path(self._folder.name)
            self._trainer = FedAvgProcessPoolClientTrainer(
                **options,
                share_dir=folder / "share",
                state_dir=folder / "state",
                ipc_mode="shared_memory",
            )

    def round(self) -> None:
        """Train and average once; the next round goes on from there."""
        sampled = self._server.sample_clients()
        broadcast = self._server.downlink_package()
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
            self._trainer.local_process(broadcast, sampled)
        for package in self._trainer.uplink_package():
            self._server.load(package)

    def state(self) -> dict[str, torch.Tensor]:
        """The parameters of the global model."""
        return self._server.model.state_dict()


class _Start:
    """The model that all start from, in the place of BlazeFL's choice of models."""

    def __init__(self, start: nn.Module) -> None:
        self._start = start

    def select_model(self, model_name: str) -> nn.Module:
        return copy.deepcopy(self._start)


class _Samples:
    """The participants' samples, numbered from 0, in the place of BlazeFL's partitioned data."""

    def __init__(self, plain: PlainRound) -> None:
        self._sets = [TensorDataset(*samples) for samples in plain.samples.values()]

    def get_dataset(self, type_: FedAvgPartitionType, cid: int | None) -> TensorDataset:
        return self._sets[cid]

    def set_dataset(
        self, type_: FedAvgPartitionType, cid: int | None, dataset: TensorDataset
    ) -> None:
        self._sets[cid] = dataset

    def get_dataloader(
        self,
        type_: FedAvgPartitionType,
        cid: int | None,
        batch_size: int | None,
        generator: torch.Generator | None,
    ) -> DataLoader:
        return DataLoader(self._sets[cid], batch_size=batch_size, shuffle=True, generator=generator)
