"""Photographs of one's own, labelled as the attacker likes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgecase.base.parameters import parameter
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    clean_samples,
    draw_edge,
    holders_share,
    no_honest,
    num_holders,
    num_shared,
    share_out,
)


@dataclass(frozen=True)
class Photographs:
    """The rules of a folder of edge images: its parts `train`, `honest` and `test`.

    The attacker draws from `train` in every case, so that its dose stays the same. The first
    `almost_share` or `normal_share` of the clients share the images of `honest`, with their true
    label: a fraction of them in almost-edge-case, and all in normal-case.
    """

    edge: int | None = parameter(
        "edge images in the poisoned set; null for all that are the attacker's",
        minimum=1,
        default=None,
    )
    clean: int = clean_samples(default=100)
    almost_share: float = holders_share("almost-edge-case", default=0.025)
    normal_share: float = holders_share("normal-case", default=0.05)
    almost_fraction: float = parameter(
        "share of the honest edge images that the holders get in almost-edge-case",
        above=0,
        maximum=1,
        default=0.2,
    )

    honest_files: Literal["shared", "each"] = parameter(
        "the holders share these images, or (as task 3 is published) each holds all of them",
        default="shared",
    )

    @property
    def p_study(self) -> PStudy:
        """One split for all cases."""
        return "matched"

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Draw the attacker's images and hand the honest ones out, in file order.

        Raises `ConfigError` if more images or holders are asked for than the arrays can serve.
        """
        images, honest = edge["train"], edge["honest"]
        count = len(images) if self.edge is None else self.edge
        attacker = draw_edge(images, count, "train", generator)
        if case == EDGE_CASE:
            return EdgeSamples(attacker, *no_honest(honest), edge["test"])
        almost = case == ALMOST_EDGE_CASE
        key, fraction = ("almost_share", self.almost_fraction) if almost else ("normal_share", 1.0)
        holders = num_holders(getattr(self, key), num_clients)
        if self.honest_files == "each":
            shown = honest[: num_shared(fraction, len(honest), 1, key, "images of `honest`")]
            clients = np.repeat(np.arange(holders), len(shown))
            return EdgeSamples(attacker, np.tile(shown, (holders, 1, 1, 1)), clients, edge["test"])
        shared = num_shared(fraction, len(honest), holders, key, "images of `honest`")
        return EdgeSamples(attacker, honest[:shared], share_out(shared, holders), edge["test"])
