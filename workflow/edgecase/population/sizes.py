"""How many samples each client has, for the divisions that are given their sizes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameter


def min_samples() -> Any:
    """The parameter of that name."""
    return parameter(
        "the division is drawn again until each client has as many", minimum=1, default=10
    )


def max_redraws() -> Any:
    """The parameter of that name."""
    return parameter(
        "draws again at most so often, then ends with an error", minimum=0, default=100
    )


def size_concentration() -> Any:
    """The parameter of that name."""
    return parameter(
        "`sizes: dirichlet`: concentration; a small one makes clients unequal", above=0, default=0.5
    )


def size_deviation() -> Any:
    """The parameter of that name."""
    return parameter(
        "`sizes: lognormal`: standard deviation of the logarithm of a size", above=0, default=0.3
    )


@dataclass(frozen=True)
class Sizes:
    """The law of the clients' sizes: "equal", "dirichlet" or "lognormal"."""

    law: str
    concentration: float
    deviation: float
    min_samples: int
    max_redraws: int

    @classmethod
    def of(cls, kind: Any) -> "Sizes":
        """The law that a kind of division names by its parameters of these names."""
        return cls(
            *(kind.sizes, kind.size_concentration, kind.size_deviation),
            *(kind.min_samples, kind.max_redraws),
        )

    def draw(self, total: int, num_clients: int, generator: np.random.Generator) -> np.ndarray:
        """Sizes [K] that sum to `total`, each at least `min_samples`: int64.

        Raises `ConfigError` if `max_redraws` further draws do not help or no sizes can.
        """
        possible = num_clients * self.min_samples <= total
        draws = self.max_redraws + 1 if possible else 0
        best = 0
        for _ in range(1 if self.law == "equal" and possible else draws):
            sizes = _scaled(self._weights(num_clients, generator), total)
            if sizes.min() >= self.min_samples:
                return sizes
            best = max(best, int(sizes.min()))
        raise ConfigError(
            f"partition: no {self._name} sizes of K = {num_clients} clients that share "
            f"N = {total} samples give every client min_samples = {self.min_samples} "
            f"({draws} draws); in the best one a client has {best}; use fewer clients, more "
            "samples, less unequal sizes or a smaller minimum"
        )

    @property
    def _name(self) -> str:
        if self.law == "dirichlet":
            return f"Dirichlet({self.concentration:g})"
        return "equal" if self.law == "equal" else f"log-normal({self.deviation:g})"

    def _weights(self, num_clients: int, generator: np.random.Generator) -> np.ndarray:
        if self.law == "dirichlet":
            return generator.dirichlet(np.full(num_clients, self.concentration))
        if self.law == "lognormal":
            return generator.lognormal(0.0, self.deviation, num_clients)
        return np.ones(num_clients)


def _scaled(weights: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers in proportion to `weights` that sum to `total`, by largest remainder."""
    exact = weights / weights.sum() * total
    sizes = np.floor(exact).astype(np.int64)
    most = np.argsort(-(exact - sizes), kind="stable")
    sizes[most[: total - sizes.sum()]] += 1
    return sizes
