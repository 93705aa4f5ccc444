"""Fit a Gaussian mixture to features whose covariances may be singular."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from edgecase.base.errors import ConfigError, DataError

#: added to the diagonal of every component's covariance. In the whitened space the training
#: features have variance 1 in each direction, so a component is never thinner than 1 % of that.
RIDGE = 1e-4

_MAX_ITERATIONS = 1000


@dataclass(frozen=True)
class FeatureDensity:
    """The density of projected features: principal components, whitened, then the mixture."""

    projection: PCA
    mixture: GaussianMixture

    def log_density(self, features: np.ndarray) -> np.ndarray:
        """Natural logarithm of the density at each row of `features` [n, D]: [n].

        It is a density in the projected space, which has fewer dimensions than the features and is
        scaled by their deviations. Raises `DataError` if a value is not finite.
        """
        _check(features)
        with threadpool_limits(limits=1):
            return self.mixture.score_samples(self.projection.transform(features))


def fit(
    features: np.ndarray, components: int, variance: float, generator: np.random.Generator
) -> FeatureDensity:
    """The mixture of `components` Gaussians with full covariances for `features` [n, D].

    Features behind a ReLU are often 0 for every image or nearly depend on one another, and a full
    covariance is then singular. So the mixture is fitted in the space of the fewest principal
    components that carry the share `variance` (between 0 and 1) of the variance, each scaled to
    variance 1, with `RIDGE` added to the covariances' diagonals. `generator` sets where expectation
    maximisation starts. One thread computes it: sums in another order round to other numbers.

    Raises `ConfigError` for more components than rows, and `DataError` if a value is not finite, if
    all rows are equal, or if the fit does not converge.
    """
    _check(features)
    if components > len(features):
        raise ConfigError(
            f"densities.components: {components} is more than the {len(features)} training images"
        )
    if not np.ptp(features, axis=0).any():
        raise DataError("every training image has the same features: there is no density to fit")
    mixture = GaussianMixture(
        components,
        reg_covar=RIDGE,
        max_iter=_MAX_ITERATIONS,
        random_state=int(generator.integers(2**32)),
    )
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        projection = PCA(variance, whiten=True, svd_solver="full").fit(features)
        try:
            mixture.fit(projection.transform(features))
        except ConvergenceWarning as warning:
            raise DataError(
                f"the mixture of {components} components does not converge ({warning}); "
                "use fewer components (densities.components) or more images "
                "(densities.train_samples)"
            ) from warning
    return FeatureDensity(projection, mixture)


def _check(features: np.ndarray) -> None:
    if not np.isfinite(features).all():
        raise DataError("the features hold a value that is not finite: the model has diverged")
