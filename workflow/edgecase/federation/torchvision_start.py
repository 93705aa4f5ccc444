"""Start from the weights of VGG-11 that torchvision publishes for ImageNet's 1000 classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.lazy import torch
from edgecase.datasets.digests import Digests
from edgecase.datasets.wnids import CLASSES, numbers_of
from edgecase.federation.flat import FlatModel

NAME = "vgg11-8a719046.pth"
#: the layer with a row for each class
_LAST = "classifier.6"


def load_torchvision(model: FlatModel, path: Path, class_names: Sequence[str]) -> None:
    """Fill `model`, a VGG-11 over `class_names`, from torchvision's file.

    The rows of its last layer are those of the classes, in their order: any of the 1000. The file
    is opened only if its sha256 begins with the digits that its name ends with, and as tensors
    alone. Raises `DataError`, naming it, for another file and for tensors of other names or shapes.
    """
    start = path.stem.rpartition("-")[2]
    if problem := Digests(sha256_start=start).mismatch(path):
        raise DataError(f"{path}: {problem}")
    rows = numbers_of(class_names)
    state = _tensors(path)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state().items()}
    for part in ("weight", "bias"):
        name = f"{_LAST}.{part}"
        expected[name] = (len(CLASSES), *expected[name][1:])
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if found != expected:
        raise DataError(f"{path}: parameters of shapes {found}; this model has {expected}")
    last = {f"{_LAST}.{part}": state[f"{_LAST}.{part}"][rows] for part in ("weight", "bias")}
    model.load_state({**state, **last})


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    # What is damaged can raise almost anything from inside the readers of zip and of pickles.
    except Exception as error:
        raise DataError(f"{path}: cannot be read as weights alone ({error})") from error
    if not isinstance(state, dict) or not all(
        isinstance(tensor, torch.Tensor) for tensor in state.values()
    ):
        raise DataError(f"{path}: holds something else than tensors by name")
    return state
