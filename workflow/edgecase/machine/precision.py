"""Set the arithmetic of local training and evaluation; masters and the aggregate stay in fp32."""

from collections.abc import Generator
from contextlib import contextmanager

import torch


def autocast_dtype(precision: str) -> torch.dtype | None:
    """The lower dtype of forward and backward passes under `precision`, None for full fp32."""
    return torch.bfloat16 if precision == "bf16" else None


@contextmanager
def matrix_products(precision: str) -> Generator[None]:
    """Within the block a GPU may round the factors of matrix products to TF32 if asked for.

    Outside of it never: the defenses compare distances, which TF32 would round to 10 bits.
    """
    allowed = precision == "tf32"
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [backend.allow_tf32 for backend in backends]
    try:
        for backend in backends:
            backend.allow_tf32 = allowed
        yield
    finally:
        for backend, value in zip(backends, before, strict=True):
            backend.allow_tf32 = value
