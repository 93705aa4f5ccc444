"""Keep a training's tensors and facts in one file that is whole, unaltered and of this very run."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path


def write(
    path: Path, fingerprint: str, content: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]
) -> None:
    """Write `content`, which JSON can hold, and `tensors` to `path` in one step."""
    copies = {
        name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()
    }
    metadata = {"fingerprint": fingerprint, "content": json.dumps(content)}
    metadata["digest"] = _digest(metadata, copies)
    with atomic_path(path) as temporary:
        # The library's own writing goes by another temporary file, which a kill would leave.
        temporary.write_bytes(to_bytes(copies, metadata))


def read(path: Path, fingerprint: str) -> tuple[dict[str, Any], dict[str, torch.Tensor]] | None:
    """What `write` was given; None if there is no such file.

    Raises `DataError`, with the reason, for a file that is cut, altered, or of another run.
    """
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path}: not a readable state ({error})") from error
    if metadata.get("digest") != _digest(metadata, tensors):
        raise DataError(f"{path}: its content is not what was saved")
    if metadata["fingerprint"] != fingerprint:
        raise DataError(f"{path}: its parameters, data or code are not those of this run")
    try:
        return dict(json.loads(metadata["content"])), tensors
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(f"{path}: its content is no state ({error!r})") from error


def set_aside(path: Path) -> None:
    """Keep a file that is not to be used as `<name>.refused`."""
    path.replace(path.with_name(f"{path.name}.refused"))


def _digest(metadata: Mapping[str, str], tensors: Mapping[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for key in ("fingerprint", "content"):
        digest.update(f"{key}:{len(metadata.get(key, ''))}:{metadata.get(key, '')}".encode())
    for name in sorted(tensors):
        digest.update(f"{name}:{tensors[name].dtype}:{list(tensors[name].shape)}".encode())
        digest.update(tensors[name].contiguous().numpy().tobytes())
    return digest.hexdigest()
