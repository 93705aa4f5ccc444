"""Handwritten sevens of another style, labelled 1 (the paper's task 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.parameters import parameter
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    clean_samples,
    holders_share,
    honest_share,
    no_honest,
    num_holders,
    num_shared,
    p_study,
    share_out,
)


@dataclass(frozen=True)
class Sevens:
    """The rules of the sevens.

    With a whole `fraction` of 180, the rotations are by one degree each. The clean rows come before
    the sevens. `almost_share` hold one seven each; 0.0195 is the authors' 66 of 3383 ("2 %").
    `normal_share` share the first `honest_fraction` of the sevens the attacker does not hold: with
    K clients of the paper's size (71 samples) instead of 3383, K / 3383 keeps the proportion of
    edge data to a holder's own samples (3.5 to 71).
    """

    fraction: float = parameter(
        "below 1: share of the sevens in the poisoned set, in file order; a whole number n: all "
        "sevens and n rotations of each",
        above=0,
        maximum=180,
        whole_from=1,
        default=0.1,
    )
    clean: int = clean_samples(default=100)
    p_study: PStudy = p_study()
    almost_share: float = holders_share("almost-edge-case", default=0.0195)
    normal_share: float = holders_share("normal-case", default=0.05)
    honest_fraction: float = honest_share()

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Take the attacker's sevens first, then the honest holders', in file order, without draws.

        Raises `ConfigError` for a fraction that gives no seven, and if more holders are asked for
        than sevens are left.
        """
        sevens = edge["x_train"][edge["y_train"] == source_class]
        test = edge["x_test"][edge["y_test"] == source_class]
        if not len(sevens) or not len(test):
            raise DataError(
                f"the edge set has no image of class {source_class} in train or in test"
            )
        fraction = self.fraction
        taken = len(sevens) if fraction >= 1 else int(fraction * len(sevens))
        if not taken:
            raise ConfigError(f"poison.fraction: {fraction} of {len(sevens)} sevens is none")
        attacker = sevens[:taken]
        if fraction >= 1:
            attacker = np.concatenate([attacker, rotations(attacker, int(fraction))])
        honest, clients = _honest(sevens[taken:], case, num_clients, self)
        return EdgeSamples(attacker, honest, clients, test)


def rotations(images: np.ndarray, count: int) -> np.ndarray:
    """Every image rotated anticlockwise by 180/count · i degrees, i = 1 … count.

    Takes uint8 [n, H, W, 1], returns uint8 [n·count, H, W, 1]: all rotations of the first image,
    then of the second, as the authors' file has them. As there, pixels are the nearest
    neighbour's, the size stays and the corners are filled with 0 (what torchvision's `rotate` does
    with a Pillow image).
    """
    angles = [180 / count * i for i in range(1, count + 1)]
    rotated = [
        np.asarray(image.rotate(angle, resample=Image.Resampling.NEAREST, fillcolor=0))
        for image in map(Image.fromarray, images[..., 0])
        for angle in angles
    ]
    return np.stack(rotated)[..., None]


def _honest(
    left: np.ndarray, case: str, num_clients: int, parameters: Sevens
) -> tuple[np.ndarray, np.ndarray]:
    if case == EDGE_CASE:
        return no_honest(left)
    if case == ALMOST_EDGE_CASE:
        key, fraction = "almost_share", 0.0  # the minimum, one each
    else:
        key, fraction = "normal_share", parameters.honest_fraction
    holders = num_holders(getattr(parameters, key), num_clients)
    what = "sevens that the attacker does not hold"
    count = num_shared(fraction, len(left), holders, key, what)
    return left[:count], share_out(count, holders)
