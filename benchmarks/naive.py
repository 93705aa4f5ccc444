"""A round as it is usually written: torchvision, a DataLoader per client, a copied module each.

Nothing here is slower than its idiom asks for; docs/bench.md says what that idiom is.
"""

import copy
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset
from torchvision import transforms

from benchmarks.measure import Clock
from benchmarks.plain_models import starting_model
from benchmarks.workload import TEST_BATCH_SIZE, Part, Workload
from edgecase.attacks import LocalTraining
from edgecase.datasets import DATASETS
from edgecase.federation.transforms import Transform, task_transforms


class ImageSet(Dataset):
    """Labelled images that become PIL images and go through a transform one by one, as in
    `torchvision.datasets.CIFAR10` and `MNIST`. `images` are uint8 [N, H, W, C] with C 1 or 3.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform) -> None:
        self.images = images.squeeze(3) if images.shape[3] == 1 else images
        self.labels, self.transform = labels, transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def torchvision_transform(transform: Transform, size: int, training: bool) -> transforms.Compose:
    """What `transform` does to images of `size` pixels, in torchvision's operations."""
    steps = []
    if training and transform.padding is not None:
        mode = "reflect" if transform.padding == "reflect" else "constant"
        steps += [
            transforms.RandomCrop(size, padding=4, padding_mode=mode),
            transforms.RandomHorizontalFlip(),
        ]
    steps += [transforms.ToTensor(), transforms.Normalize(transform.mean, transform.std)]
    return transforms.Compose(steps)


def train(
    model: nn.Module,
    dataset: Dataset,
    training: LocalTraining,
    device: torch.device,
) -> float:
    """Train `model` in place; the mean loss over its steps."""
    loader = DataLoader(dataset, batch_size=training.batch_size, shuffle=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=training.lr,
        momentum=training.momentum,
        weight_decay=training.weight_decay,
    )
    model.train()
    total = 0.0
    for _ in range(training.epochs):
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
    return total / (training.epochs * len(loader))


def average(trained: Sequence[nn.Module], counts: Sequence[int]) -> dict[str, torch.Tensor]:
    """The average of the state dicts, weighted by sample `counts`, computed in numpy."""
    shares = [count / sum(counts) for count in counts]
    states = [
        {name: tensor.cpu().numpy() for name, tensor in model.state_dict().items()}
        for model in trained
    ]
    return {
        name: torch.from_numpy(
            sum(share * state[name] for share, state in zip(shares, states, strict=True))
        )
        for name in states[0]
    }


def accuracy(model: nn.Module, dataset: Dataset, batch_size: int, device: torch.device) -> float:
    """The share of `dataset` that `model` gets right."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=batch_size):
            predicted = model(images.to(device)).argmax(dim=1)
            correct += (predicted == labels.to(device)).sum().item()
    return correct / len(dataset)


class Naive:
    """`seeds` seeds of a workload on `device`, one after the other; in fp32, with torch's defaults.

    It starts from the same weights as `simulator.Simulator`. Raises `ConfigError` for a model that
    `plain_models` does not have.
    """

    def __init__(self, workload: Workload, seeds: int, device: torch.device) -> None:
        parameters = workload.parameters
        dataset = DATASETS[parameters.dataset]
        self._workload, self._seeds, self._device = workload, seeds, device
        self._start = starting_model(parameters, "naive").to(device)
        views = task_transforms(dataset.shape[2], parameters.switches.transforms)
        size = dataset.shape[0]
        self._honest = torchvision_transform(views.honest, size, training=True)
        self._attacker = torchvision_transform(views.attacker, size, training=True)
        self._test = torchvision_transform(views.test, size, training=False)

    def round(self) -> dict[str, float]:
        """Seconds of a seed's round per phase (`measure.PHASES`)."""
        clock = Clock(self._device)
        for _ in range(self._seeds):
            server = copy.deepcopy(self._start)
            with clock.phase("train_s"):
                trained = self.train_clients(server)
            with clock.phase("aggregate_s"):
                server.load_state_dict(self.aggregate(trained))
            with clock.phase("evaluate_s"):
                for dataset in self._tests():
                    batch_size = TEST_BATCH_SIZE
                    accuracy(server, dataset, batch_size, self._device)
        return {phase: total / self._seeds for phase, total in clock.seconds.items()}

    def train_clients(self, server: nn.Module) -> list[nn.Module]:
        """A trained copy of `server` per participant."""
        trained = []
        for part in self._workload.parts:
            model = copy.deepcopy(server)
            train(model, self._samples(part), part.training, self._device)
            trained.append(model)
        return trained

    def aggregate(self, trained: Sequence[nn.Module]) -> dict[str, torch.Tensor]:
        """The state dict of the next global model."""
        return average(trained, [part.size for part in self._workload.parts])

    def _samples(self, part: Part) -> Dataset:
        arrays = self._workload.arrays
        if not part.attacks:
            own = ImageSet(arrays["x_train"], arrays["y_train"], self._honest)
            return Subset(own, self._workload.clients.client(part.client))
        poisoned = self._workload.poisoned
        clean = ImageSet(arrays["x_train"], arrays["y_train"], self._attacker)
        edge = ImageSet(poisoned["attacker_edge_x"], poisoned["attacker_edge_y"], self._attacker)
        return ConcatDataset([Subset(clean, poisoned["attacker_clean_index"]), edge])

    def _tests(self) -> list[Dataset]:
        arrays, poisoned = self._workload.arrays, self._workload.poisoned
        return [
            ImageSet(arrays["x_test"], arrays["y_test"], self._test),
            ImageSet(poisoned["test_x"], poisoned["test_y"], self._test),
        ]
