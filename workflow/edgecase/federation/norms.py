"""Record further norms of a round, for a model with a table of words.

The rows of words that nobody trains decide the norm of such a model, so the norm without them
stands beside it.
"""

import math
from collections.abc import Iterable, Sequence

import torch

from edgecase.federation.flat import FlatModel

_TABLE = "embedding.weight"


def table_columns(
    model: FlatModel,
    parameters: torch.Tensor,
    sent: Sequence[float] = (),
    trained: Sequence[float] = (),
) -> dict[str, float | str]:
    """The columns `results.rounds.TABLE_COLUMNS` of a round, none for a model without a table.

    `parameters` [P] are the global model before the round, `sent` the norms of all updates as the
    server gets them, and `trained` those of the attackers' updates before they were crafted.
    """
    if _TABLE not in model.names:
        return {}
    others = [
        torch.linalg.vector_norm(view, dtype=torch.float64)
        for name, view in zip(model.names, model.views(parameters), strict=True)
        if name != _TABLE
    ]
    return {
        "adv_norm_diff_bs": mean_of_finite(trained),
        "wg_norm_dense": float(torch.linalg.vector_norm(torch.stack(others))),
        "client_norms": " ".join(f"{norm:.9g}" for norm in sent),
    }


def mean_of_finite(values: Iterable[float]) -> float:
    """The mean of the finite values, 0 if there is none: diverged clients are in `diverged_ids`."""
    listed = [value for value in values if math.isfinite(value)]
    return sum(listed) / len(listed) if listed else 0.0
