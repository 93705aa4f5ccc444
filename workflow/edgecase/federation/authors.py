"""Start from the models that the authors start from.

Their own are whole pickled state dicts, known by their git blob ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.lazy import torch
from edgecase.datasets.digests import Digests
from edgecase.federation import torchvision_start
from edgecase.federation.flat import FlatModel

#: file name → id of the git blob in the authors' repository.
BLOBS = {
    "Cifar10_VGG9_10epoch.pt": "45f19315358e646fb84ef834f11bbf30a564a2d6",
    "emnist_lenet_10epoch.pt": "fbbc30c56dfbe09b2616cc491c7561cc125a9a92",
}


def load_authors(model: FlatModel, path: str | Path, class_names: Sequence[str] = ()) -> None:
    """Fill `model` from the authors' checkpoint, matching parameters by order and shape.

    The file is opened only if its git blob id is the one in their repository, and as tensors alone.
    Of torchvision's weights, which they start from on ImageNet, the `class_names` of the data set
    choose the classes. Raises `DataError` for another file, and for a model of other shapes.
    """
    path = Path(path)
    if path.name == torchvision_start.NAME:
        torchvision_start.load_torchvision(model, path, class_names)
        return
    known = (*BLOBS, torchvision_start.NAME)
    if path.name not in BLOBS:
        raise DataError(f"{path}: not a checkpoint of the authors; known: {', '.join(known)}")
    if problem := Digests(git_blob=BLOBS[path.name]).mismatch(path):
        raise DataError(f"{path}: {problem}")
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    ours = model.state()
    shapes = [tuple(tensor.shape) for tensor in theirs.values()]
    expected = [tuple(tensor.shape) for tensor in ours.values()]
    if shapes != expected:
        raise DataError(f"{path}: parameters of shapes {shapes}; this model has {expected}")
    model.load_state(dict(zip(ours, theirs.values(), strict=True)))
