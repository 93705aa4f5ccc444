"""Lay what every participant of a run trains on over one store on the device."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
import torch

from edgecase.base.errors import DataError
from edgecase.federation.evaluate import TestSets
from edgecase.federation.local import Samples
from edgecase.federation.marking import Marks
from edgecase.federation.stores import Store
from edgecase.federation.transforms import TaskTransforms, Transform
from edgecase.population.participation import Participants
from edgecase.population.partition import Partition
from edgecase.population.poison import PoisonedData


@dataclass(frozen=True, eq=False)
class HonestClients(Sequence[Samples]):
    """What each honest client trains on, put together when it is asked for.

    Client k holds its part of the `partition`, less the rows `withheld` by the server, and behind
    it the rows i + `first_edge` of the store for which `edge_client[i]` (int64 [h]) is k.
    """

    partition: Partition
    withheld: np.ndarray
    edge_client: np.ndarray
    first_edge: int
    transform: Transform | None
    device: torch.device

    def __len__(self) -> int:
        return len(self.partition.offsets) - 1

    @overload
    def __getitem__(self, client: int) -> Samples: ...
    @overload
    def __getitem__(self, client: slice) -> list[Samples]: ...
    def __getitem__(self, client: int | slice) -> Samples | list[Samples]:
        if isinstance(client, slice):
            return [self[k] for k in range(*client.indices(len(self)))]
        if not 0 <= client < len(self):
            raise IndexError(f"client {client} of {len(self)}")
        own = self.partition.client(client)
        if len(self.withheld):
            own = own[~np.isin(own, self.withheld)]
        edge = self.first_edge + np.flatnonzero(self.edge_client == client)
        return _samples(np.concatenate([own, edge]), self.transform, self.device)

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many samples of the partition each client has, int64 [K]."""
        index, offsets = self.partition
        if not len(self.withheld):
            return np.diff(offsets)
        kept = np.concatenate([[0], np.cumsum(~np.isin(index, self.withheld))])
        return np.diff(kept[offsets])

    @cached_property
    def edge_sizes(self) -> np.ndarray:
        """How many edge samples each client has, int64 [K]."""
        return np.bincount(self.edge_client, minlength=len(self))


@dataclass(frozen=True)
class Population:
    """The clients of one seed.

    `honest[k]` are client k's samples and `honest_counts[k]` (int64 [K]) its FedAvg weight; every
    attacker trains on `attacker`, counts `attacker_count`, and knows `attacker_clean`, the clean
    part.
    `root` are the samples that the server withholds from them and trains on, if its rule asks, and
    `marks` what it marks its model with, if the rule does.
    """

    store: Store
    honest: HonestClients
    honest_counts: np.ndarray
    attacker: Samples
    attacker_clean: Samples
    attacker_count: int
    root: Samples | None = None
    marks: Marks | None = None

    def samples_of(self, participants: Participants) -> list[Samples]:
        """What anybody trains on in a round with these participants, the server included."""
        own = [
            self.attacker if attacks_now else self.honest[client]
            for client, attacks_now in participants
        ]
        return own if self.root is None else [*own, self.root]

    @property
    def largest(self) -> int:
        """The most samples that a participant trains on."""
        honest = int((self.honest.sizes + self.honest.edge_sizes).max())
        others = (self.attacker, *([] if self.root is None else [self.root]))
        return max(honest, *(len(samples.index) for samples in others))


def build_populations(
    training: Store,
    partitions: Sequence[Partition],
    poisons: Sequence[PoisonedData],
    transforms: TaskTransforms,
    *,
    count_edge_samples: bool,
    roots: Sequence[np.ndarray] = (),
) -> list[Population]:
    """Lay each seed's partition and poisoned set over the training set, in one store for all.

    `training` is the training set on its device; `partitions` and `poisons` are what the files of
    the same name hold, one per seed. Honest clients' edge samples enter their FedAvg weight only
    with `count_edge_samples`. `roots` are the rows of each seed that the server withholds
    (`edgecase.population.root`), if it withholds any.
    """
    device, size = training.labels.device, len(training.labels)
    samples, labels = [], []
    for partition, poison in zip(partitions, poisons, strict=True):
        _check_fit(size, training.sample_shape, partition, poison)
        samples += _tensors(device, poison["honest_edge_x"], poison["attacker_edge_x"])
        labels += _tensors(device, poison["honest_edge_y"], poison["attacker_edge_y"])
    store = training.extended(samples, labels)
    populations, first_edge = [], size
    for seed, (partition, poison) in enumerate(zip(partitions, poisons, strict=True)):
        root = roots[seed] if roots else None
        populations.append(
            _population(store, first_edge, partition, poison, transforms, count_edge_samples, root)
        )
        first_edge += len(poison["honest_edge_y"]) + len(poison["attacker_edge_y"])
    return populations


def _population(
    store: Store,
    first_edge: int,
    partition: Partition,
    poison: PoisonedData,
    transforms: TaskTransforms,
    count_edge_samples: bool,
    root: np.ndarray | None,
) -> Population:
    """The clients of one seed, whose edge samples lie from row `first_edge` of the store."""
    device = store.labels.device
    held = len(poison["honest_edge_y"])
    honest = HonestClients(
        partition,
        np.empty(0, dtype=np.int64) if root is None else root,
        poison["honest_edge_client"],
        first_edge,
        transforms.honest,
        device,
    )
    counts = honest.sizes + honest.edge_sizes if count_edge_samples else honest.sizes
    clean = poison["attacker_clean_index"]
    edge = first_edge + held + np.arange(len(poison["attacker_edge_y"]))
    poisoned = np.concatenate([clean, edge])
    return Population(
        store=store,
        honest=honest,
        honest_counts=counts,
        attacker=_samples(poisoned, transforms.attacker, device),
        attacker_clean=_samples(clean, transforms.attacker, device),
        attacker_count=len(poisoned),
        root=None if root is None else _samples(root, transforms.honest, device),
    )


def build_tests(
    clean: Store,
    poison: PoisonedData,
    transforms: TaskTransforms,
    dtype: torch.dtype,
) -> TestSets:
    """The `clean` test set and the backdoor test set, as a test sees them."""
    backdoor, wanted = _tensors(clean.labels.device, poison["test_x"], poison["test_y"])
    tested = clean.asking(backdoor, wanted)
    return TestSets(tested.inputs(transforms.test, dtype), tested.labels, len(clean.labels))


def _check_fit(
    size: int, shape: tuple[int, ...], partition: Partition, poison: PoisonedData
) -> None:
    """Raise `DataError` if the files were made from a training set of another size or shape."""
    largest = max(partition.index.max(), poison["attacker_clean_index"].max(initial=0))
    if largest >= size:
        raise DataError(f"a sample numbered {largest} is held, but the training set has {size}")
    holders = poison["honest_edge_client"].max(initial=0)
    if holders >= len(partition.offsets) - 1:
        raise DataError(
            f"client {holders} holds edge data, but there are {len(partition.offsets) - 1} clients"
        )
    for name in ("honest_edge_x", "attacker_edge_x", "test_x"):
        if poison[name].shape[1:] != shape:
            raise DataError(f"{name} has samples {poison[name].shape[1:]}, not {shape}")


def _tensors(device: torch.device, *arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.from_numpy(array).to(device) for array in arrays]


def _samples(index: np.ndarray, transform: Transform | None, device: torch.device) -> Samples:
    return Samples(torch.from_numpy(index.astype(np.int64)).to(device), transform)
