"""Norms, distances and sums over the rows of [m, P], in float64 and without a copy of [m, P]."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from threadpoolctl import threadpool_limits

from edgecase.base.lazy import torch

#: elements of one float64 block (8 MiB): stays near the cores' caches, and keeps a GPU busy.
_BLOCK = 2**20
#: rows that are squared at once, and coordinates that are multiplied and added up at once, on a
#: processor.
_ROWS, _GRAM_COLUMNS, _SUMMED = 8, 2**12, 2**16
#: pairs of rows nearer than this, of the sum of their squares, are measured by differences.
_NEAR = 1e-3


def row_norms(rows: torch.Tensor, centre: torch.Tensor | None = None) -> torch.Tensor:
    """l2 norm of each row of [m, P], or of its difference to `centre` [P]: [m], float64.

    NaN or infinity where a row holds such.
    """
    squares = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
    groups = _row_groups(len(rows)) if rows.device.type == "cpu" else [slice(0, len(rows))]
    memory = rows.new_empty(0, dtype=torch.float64)
    first = 0
    for piece in rows.split(_columns(rows), dim=1):
        part = slice(first, first + piece.shape[1])
        first = part.stop
        for group in groups:
            block = piece[group]
            if memory.numel() < block.numel():
                memory = memory.new_empty(block.numel())
            wide = memory[: block.numel()].view(block.shape).copy_(block)
            if centre is not None:
                wide -= centre[part]
            squares[group] += wide.square_().sum(dim=1)
    return squares.sqrt()


def _row_groups(m: int) -> list[slice]:
    """Rows of m that are squared together, in the caches: at least two where there are two, since
    torch splits the sum of a lone row between its threads, and that of no row among others."""
    firsts = [*range(0, max(1, m - 1), _ROWS)]
    return [slice(a, b) for a, b in zip(firsts, [*firsts[1:], m], strict=True)]


def row_norm(row: torch.Tensor, m: int) -> torch.Tensor:
    """l2 norm of a row [P] of [m, P]: [1], float64, to the bits of `row_norms` on a CPU."""
    square = torch.zeros(1, dtype=torch.float64, device=row.device)
    for block in _column_blocks(row[None], max(1, _BLOCK // m)):
        # torch splits the sum of a lone row between its threads, and that of no row among others.
        square += block.square().expand(min(m, 2), -1).sum(dim=1)[:1]
    return square.sqrt()


def clip_factors(norms: torch.Tensor, bound: float) -> torch.Tensor:
    """min(1, bound / norm) per row [m]; a row of norm 0 keeps factor 1."""
    return torch.where(norms > bound, bound / norms, 1.0)


def squared_distances(rows: torch.Tensor) -> torch.Tensor:
    """‖rows_i − rows_j‖² of [m, P]: [m, m], float64, symmetric, diagonal 0.

    By the Gram matrix, ‖a‖² + ‖b‖² − 2ab, which loses the digits by which a pair is nearer than it
    is long. Pairs at less than a thousandth of ‖a‖² + ‖b‖² are measured by their differences, which
    are exact in float64 for numbers of float32. So each distance is right to about 1e-13 of itself,
    whatever the others are, and equal rows are at 0 of each other and as far from all the rest.
    """
    gram = _gram(rows)
    squares = gram.diagonal()
    sums = squares[:, None] + squares
    matrix = (sums - 2 * gram).triu(1)
    near = (matrix <= _NEAR * sums).triu(1)
    if near.any():
        # Few rows are near each other, or nearly all.
        among = (near | near.T).any(dim=0).nonzero().flatten()
        exact = torch.zeros_like(matrix)
        exact[among[:, None], among] = _by_differences(rows[among])
        matrix = torch.where(near, exact, matrix)
        matrix = matrix + matrix.T
        equal = (matrix == 0).to(torch.int8).argmax(dim=1)  # the first of a row's equals
        return matrix[equal[:, None], equal]
    return matrix + matrix.T


def _gram(rows: torch.Tensor) -> torch.Tensor:
    """rows @ rowsᵀ of [m, P]: [m, m], float64."""
    gram = torch.zeros(len(rows), len(rows), dtype=torch.float64, device=rows.device)
    if rows.device.type != "cpu":
        for block in _column_blocks(rows):
            gram += block @ block.T
        return gram
    # The products are too short to share: BLAS's own threads would wait for those of the copies.
    with threadpool_limits(1, user_api="blas"):
        for block in _column_blocks(rows, _GRAM_COLUMNS):
            # NumPy knows a product with the own transpose: half the work of torch's.
            own = block.numpy()
            gram += torch.from_numpy(own @ own.T)
    return gram


def _by_differences(rows: torch.Tensor) -> torch.Tensor:
    """‖rows_i − rows_j‖² above the diagonal of [m, m]."""
    m = len(rows)
    pairs = torch.zeros(m * (m - 1) // 2, dtype=torch.float64, device=rows.device)
    for block in _column_blocks(rows):
        pairs += torch.nn.functional.pdist(block).square()
    matrix = torch.zeros(m, m, dtype=torch.float64, device=rows.device)
    above = torch.triu_indices(m, m, offset=1, device=rows.device)
    matrix[above[0], above[1]] = pairs
    return matrix


def weighted_sum(
    rows: torch.Tensor,
    weights: torch.Tensor,
    dtype: torch.dtype | None = None,
    noise: torch.Tensor | None = None,
) -> torch.Tensor:
    """Σ_i weights_i · rows_i of [m, P], plus `noise` [P]: [P], added up in float64 and rounded to
    `dtype`, if given.

    A lone row of weight 1 comes out bit for bit, and float64 never falls back to TF32 on a GPU.
    """
    total = rows.new_empty(rows.shape[1], dtype=dtype or torch.float64)
    on_cpu = rows.device.type == "cpu"
    if on_cpu:
        blocks = _row_after_row(rows, weights)
    else:
        blocks = (weights @ block for block in _column_blocks(rows))
    first = 0
    for added in blocks:
        part = slice(first, first + len(added))
        total[part] = added if noise is None else added.add_(noise[part])
        first = part.stop
    return total


def _row_after_row(rows: torch.Tensor, weights: torch.Tensor) -> Iterator[torch.Tensor]:
    """weights @ rows of [m, P] in pieces that share memory, rounded after each product and sum.

    A matrix product adds in an order of its own, which differs between processors. Rows of weight 0
    are not read: they would add a zero.
    """
    size = min(_SUMMED, rows.shape[1])
    memory = rows.new_empty(2, size, dtype=torch.float64)
    kept = [(row, weight) for row, weight in enumerate(weights.tolist()) if weight != 0]
    for first in range(0, rows.shape[1], _SUMMED):
        part = slice(first, min(first + _SUMMED, rows.shape[1]))
        total, product = memory[:, : part.stop - first]
        total.zero_()
        for row, weight in kept:
            total.add_(product.copy_(rows[row, part]).mul_(weight))
        yield total


def products(rows: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    """The product of each row of [m, P] with `vector` [P]: [m], float64."""
    found = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
    first = 0
    for block in _column_blocks(rows):
        found += block @ vector[first : first + block.shape[1]].to(torch.float64)
        first += block.shape[1]
    return found


def mix(matrix: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """matrix @ rows of [k, m] in float64 and [m, P]: [k, P], added up in float64 and rounded once,
    to float32 for half precision and else to the dtype of `rows`."""
    dtype = torch.promote_types(rows.dtype, torch.float32)
    mixed = rows.new_empty(len(matrix), rows.shape[1], dtype=dtype)
    columns = min(_GRAM_COLUMNS if rows.device.type == "cpu" else _columns(rows), rows.shape[1])
    memory = rows.new_empty(len(matrix) * columns, dtype=torch.float64)
    first = 0
    for block in _column_blocks(rows, columns):
        part = slice(first, first + block.shape[1])
        out = memory[: len(matrix) * block.shape[1]].view(len(matrix), -1)
        mixed[:, part] = torch.mm(matrix, block, out=out)
        first = part.stop
    return mixed


def per_block(rows: torch.Tensor, function: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """`function` of [m, c] pieces of `rows`, in their own dtype, which gives [c] for each: [P]."""
    return torch.cat([function(block) for block in rows.split(_columns(rows), dim=1)])


def _column_blocks(rows: torch.Tensor, columns: int | None = None) -> Iterator[torch.Tensor]:
    """[m, c] pieces of `rows` as float64, to read only and one at a time: they share memory, those
    of a float64 tensor with `rows`, others with each other."""
    columns = columns or _columns(rows)
    if rows.dtype == torch.float64:
        yield from rows.split(columns, dim=1)
        return
    columns = min(columns, rows.shape[1])
    memory = rows.new_empty(len(rows) * columns, dtype=torch.float64)
    for piece in rows.split(columns, dim=1):
        yield memory[: piece.numel()].view(piece.shape).copy_(piece)


def _columns(rows: torch.Tensor) -> int:
    return max(1, _BLOCK // len(rows))
