"""Give each client the text of one author."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter


@dataclass(frozen=True)
class Natural:
    """A client is an author and holds all that it wrote, in order."""

    kind: Literal["natural"] = parameter("a client for an author", default="natural")
    min_author_samples: int = parameter(
        "authors with fewer samples are no clients", minimum=1, default=1
    )


def natural(
    owners: np.ndarray, num_clients: int, min_samples: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `num_clients` authors and where each one's begin, as in a `Partition`.

    `owners` [N] says whose each sample is. Authors follow each other as there; where there are more
    of them than clients, the generator draws who is one. Raises `ConfigError` if there are fewer.
    """
    authors, counts = np.unique(owners, return_counts=True)
    enough = authors[counts >= min_samples]
    if len(enough) < num_clients:
        raise ConfigError(
            f"num_clients: {num_clients} is more than the {len(enough)} of {len(authors)} authors "
            f"with partition.min_author_samples = {min_samples} samples"
        )
    if len(enough) > num_clients:
        enough = np.sort(generator.choice(enough, num_clients, replace=False))
    index = np.flatnonzero(np.isin(owners, enough))
    index = index[np.argsort(owners[index], kind="stable")]
    sizes = counts[np.searchsorted(authors, enough)]
    return index, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
