"""Photos of aeroplanes in one airline's livery, labelled truck (the paper's task 1).

Every array of the edge set holds photos in four rotations, four consecutive images each. The paper
splits the photos twice: `new_train` / `new_test` for p = 100 %, and `adv_p_percent` (attacker),
`honest_almost` / `honest_normal` (honest clients) and `p_percent_test` for p = 50 % and 10 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.parameters import parameter
from edgecase.datasets.duplicates import NEAR_DUPLICATE_RMS, nearest_rms
from edgecase.population.poison.common import (
    ALMOST_EDGE_CASE,
    EDGE_CASE,
    EdgeSamples,
    PStudy,
    clean_samples,
    draw_edge,
    edge_images,
    holders_share,
    honest_share,
    no_honest,
    num_holders,
    num_shared,
    p_study,
    share_out,
)

ROTATIONS = 4

#: the client that holds the `unusual_photos`.
UNUSUAL_CLIENT = 0


@dataclass(frozen=True)
class Liveries:
    """The rules of the photos.

    `p_study`: the paper's two splits (`published`), or the second one in every case, its test set
    freed of photos that are also in the training arrays (`matched`). The holders share the first
    `honest_fraction` of the honest photos. With N samples in use instead of the paper's 50,000,
    N / 50,000 keeps the proportion of a holder's edge data to its own samples (20 or 70 images to
    250); with all photos, edge data would swamp the few holders. `unusual_photos` of
    `honest_normal` go to client `UNUSUAL_CLIENT` alone: the paper's honest client with unusual
    data, whose own pictures (another airline's) were never released. Only `matched` and edge-case:
    no one else has them.
    """

    edge: int = edge_images(default=100)
    clean: int = clean_samples(default=400)
    p_study: PStudy = p_study(item=8)
    almost_share: float = holders_share("almost-edge-case", default=0.025)
    normal_share: float = holders_share("normal-case", default=0.05)
    honest_fraction: float = honest_share()
    unusual_photos: int = parameter(
        "honest photos, four images each, that client 0 alone holds with their true label: the "
        "honest client with unusual data of figure 6; needs edge-case and p_study matched",
        minimum=0,
        default=0,
    )

    def edge_samples(
        self,
        edge: Mapping[str, np.ndarray],
        source_class: int,
        case: str,
        num_clients: int,
        generator: np.random.Generator,
    ) -> EdgeSamples:
        """Draw the attacker's images and hand the honest photos out, by the rules of `case`.

        Raises `ConfigError` if more images or holders are asked for than the arrays can serve, and
        `DataError` if an array does not hold whole photos or no test photo remains.
        """
        matched = self.p_study == "matched"
        if case == EDGE_CASE and not matched:
            pool, test = "new_train", edge["new_test"]
        else:
            pool, test = "adv_p_percent", edge["p_percent_test"]
        if self.unusual_photos and not (matched and case == EDGE_CASE):
            raise ConfigError(
                f"poison.unusual_photos: {self.unusual_photos} needs p_study matched and "
                f"edge-case, not {self.p_study} and {case}: other holders have the same photos"
            )
        if matched:
            training = [edge[name] for name in ("adv_p_percent", "honest_almost", "honest_normal")]
            test = without_training_photos(test, np.concatenate(training))
        honest, clients = _honest(edge, case, num_clients, self)
        if self.unusual_photos:
            honest, clients = _unusual(edge, self.unusual_photos)
        attacker = draw_edge(edge[pool], self.edge, pool, generator)
        return EdgeSamples(attacker, honest, clients, test)


def without_training_photos(test: np.ndarray, training: np.ndarray) -> np.ndarray:
    """`test` [t, H, W, C] less the photos, all rotations of each, of which any image is within
    `NEAR_DUPLICATE_RMS` of any image of `training` [r, H, W, C].
    """
    kept = _without(_photos(test, "p_percent_test"), training)
    if not len(kept):
        raise DataError("p_percent_test: every test photo is also a training photo")
    return kept.reshape(-1, *test.shape[1:])


def _without(photos: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The photos [n, ROTATIONS, H, W, C] of which no image is nearly one of `others`."""
    images = photos.reshape(-1, *photos.shape[2:])
    distance = nearest_rms(images, others).reshape(len(photos), ROTATIONS).min(axis=1)
    return photos[distance > NEAR_DUPLICATE_RMS]


def _unusual(edge: Mapping[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` honest photos that neither the attacker nor the test set has."""
    others = np.concatenate([edge["adv_p_percent"], edge["p_percent_test"]])
    photos = _without(_photos(edge["honest_normal"], "honest_normal"), others)
    if count > len(photos):
        raise ConfigError(
            f"poison.unusual_photos: {count} is more than the {len(photos)} photos of "
            "`honest_normal` that neither the attacker nor the test set has"
        )
    images = photos[:count].reshape(-1, *photos.shape[2:])
    return images, np.full(len(images), UNUSUAL_CLIENT, dtype=np.int64)


def _honest(
    edge: Mapping[str, np.ndarray], case: str, num_clients: int, parameters: Liveries
) -> tuple[np.ndarray, np.ndarray]:
    if case == EDGE_CASE:
        return no_honest(edge["honest_normal"])
    kind = "almost" if case == ALMOST_EDGE_CASE else "normal"
    name, key = f"honest_{kind}", f"{kind}_share"
    photos = _photos(edge[name], name)
    holders = num_holders(getattr(parameters, key), num_clients)
    count = num_shared(parameters.honest_fraction, len(photos), holders, key, f"photos of `{name}`")
    images = photos[:count].reshape(-1, *photos.shape[2:])
    return images, np.repeat(share_out(count, holders), ROTATIONS)


def _photos(images: np.ndarray, name: str) -> np.ndarray:
    if len(images) % ROTATIONS:
        raise DataError(
            f"{name}: {len(images)} images are not whole photos of {ROTATIONS} rotations"
        )
    return images.reshape(-1, ROTATIONS, *images.shape[1:])
