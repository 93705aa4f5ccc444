"""The authors' own starting models: whole pickled state dicts, checked before they are opened."""

import hashlib
from pathlib import Path

import torch

from edgecase.base.errors import DataError
from edgecase.federation.flat import FlatModel

#: file name → id of the git blob in the authors' repository.
BLOBS = {
    "Cifar10_VGG9_10epoch.pt": "45f19315358e646fb84ef834f11bbf30a564a2d6",
    "emnist_lenet_10epoch.pt": "fbbc30c56dfbe09b2616cc491c7561cc125a9a92",
}


def load_authors(model: FlatModel, path: str | Path) -> None:
    """Fill `model` from the authors' checkpoint, matching parameters by order and shape.

    The file's git blob id (sha1 of "blob <size>\\0" and the content) must be the one in their
    repository, and only tensors are unpickled. Raises `DataError` otherwise.
    """
    path = Path(path)
    if path.name not in BLOBS:
        raise DataError(f"{path}: not a checkpoint of the authors; known: {', '.join(BLOBS)}")
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    if blob != BLOBS[path.name]:
        raise DataError(f"{path}: git blob {blob}; expected {BLOBS[path.name]}")
    try:
        theirs = torch.load(path, map_location="cpu", weights_only=True)
    # A damaged checkpoint can raise almost anything from inside torch's reader.
    except Exception as error:
        raise DataError(f"{path}: not a file of tensors alone ({error})") from error
    if not isinstance(theirs, dict) or not all(map(torch.is_tensor, theirs.values())):
        raise DataError(f"{path}: holds no mapping of names to tensors")
    load_state_by_order(model, theirs, str(path))


def load_state_by_order(model: FlatModel, theirs: dict[str, torch.Tensor], where: str) -> None:
    """Copy `theirs` into `model`, the first tensor to the first parameter and so on."""
    ours = model.state()
    shapes = [tuple(tensor.shape) for tensor in theirs.values()]
    expected = [tuple(tensor.shape) for tensor in ours.values()]
    if shapes != expected:
        raise DataError(f"{where}: parameters of shapes {shapes}; this model has {expected}")
    model.load_state(dict(zip(ours, theirs.values(), strict=True)))
