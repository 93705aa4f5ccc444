"""Handwritten sevens of another style, labelled 1 (the paper's task 2)."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from edgecase.base.errors import ConfigError, DataError
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    COUNT,
    EDGE_CASE,
    P_STUDY,
    SHARE,
    EdgeSamples,
    no_honest,
    num_holders,
    num_shared,
    share_out,
)

#: `fraction` below 1 gives the attacker that fraction of the sevens, in file order; at 1 or more, a
#: whole number: all sevens and that many rotations of each, 180 by one degree each. `clean` rows
#: come before them. Of K clients, `almost_share` hold one seven each; 0.0195 is the authors' 66 of
#: 3383 ("2 %"). `normal_share` share the first `honest_fraction` of the sevens the attacker does
#: not hold: with K clients of the paper's size (71 samples) instead of 3383, K / 3383 keeps the
#: proportion of edge data to a holder's own samples (3.5 to 71).
PARAMETERS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fraction": {
            "type": "number",
            "exclusiveMinimum": 0,
            "anyOf": [{"exclusiveMaximum": 1}, {"multipleOf": 1, "maximum": 180}],
            "description": "a number above 0 and below 1, or a whole number up to 180",
            "default": 0.1,
        },
        "clean": COUNT | {"default": 100},
        "p_study": P_STUDY,
        "almost_share": SHARE | {"default": 0.0195},
        "normal_share": SHARE | {"default": 0.05},
        "honest_fraction": SHARE | {"default": 1.0},
    },
}


def edge_samples(
    edge: Mapping[str, np.ndarray],
    source_class: int,
    case: str,
    num_clients: int,
    parameters: Mapping,
    generator: np.random.Generator,
) -> EdgeSamples:
    """Take the attacker's sevens first, then the honest holders', in file order; nothing is drawn.

    Raises `ConfigError` for a fraction that gives no seven, and if more
    holders are asked for than sevens are left.
    """
    sevens = edge["x_train"][edge["y_train"] == source_class]
    test = edge["x_test"][edge["y_test"] == source_class]
    if not len(sevens) or not len(test):
        raise DataError(f"the edge set has no image of class {source_class} in train or in test")
    fraction = parameters["fraction"]
    taken = len(sevens) if fraction >= 1 else int(fraction * len(sevens))
    if not taken:
        raise ConfigError(f"poison.fraction: {fraction} of {len(sevens)} sevens is none")
    attacker = sevens[:taken]
    if fraction >= 1:
        attacker = np.concatenate([attacker, rotations(attacker, int(fraction))])
    honest, clients = _honest(sevens[taken:], case, num_clients, parameters)
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
    left: np.ndarray, case: str, num_clients: int, parameters: Mapping
) -> tuple[np.ndarray, np.ndarray]:
    if case == EDGE_CASE:
        return no_honest(left)
    if case == ALMOST_EDGE_CASE:
        key, fraction = "almost_share", 0.0  # the minimum, one each
    else:
        key, fraction = "normal_share", parameters["honest_fraction"]
    holders = num_holders(parameters[key], num_clients)
    what = "sevens that the attacker does not hold"
    count = num_shared(fraction, len(left), holders, key, what)
    return left[:count], share_out(count, holders)
