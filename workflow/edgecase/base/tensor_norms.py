"""The l2 norm of a long vector."""

from __future__ import annotations

from edgecase.base.lazy import torch

#: numbers whose squares are added up in the vector's own precision.
_ROW = 2**12


def l2_norm(vector: torch.Tensor) -> torch.Tensor:
    """The l2 norm of `vector` [P], contiguous: a float64 scalar on its device.

    On a CPU torch adds up the squares of a float32 vector in float32, one after the other in a few
    lanes: the norm of 9 million normal numbers comes out 3 · 10⁻⁴ too short, that of 133 million
    1.4 % (torch 2.13.0). In short rows it loses nothing, and rows are added up in float64.
    """
    whole = len(vector) // _ROW * _ROW
    rows = torch.linalg.vector_norm(vector[:whole].view(-1, _ROW), dim=1)
    rest = torch.linalg.vector_norm(vector[whole:])
    return torch.linalg.vector_norm(torch.cat([rows, rest[None]]), dtype=torch.float64)
