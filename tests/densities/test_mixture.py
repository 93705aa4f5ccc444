"""The mixture against scipy's normal densities, and its behaviour on singular features."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.randomness import numpy_generator
from edgecase.densities.mixture import FeatureDensity, fit


def features(count=600, seed=0):
    """Three blobs in 5 dimensions, of which one is always 0 and one a copy of another."""
    rng = np.random.default_rng(seed)
    centres = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 3.0], [0.0, 9.0, -4.0]])
    points = centres[rng.integers(0, 3, count)] + rng.normal(size=(count, 3)) * [1.0, 0.5, 2.0]
    return np.column_stack([points, np.zeros(count), points[:, 0]])


def fitted(seed=0, components=3, variance=0.999) -> FeatureDensity:
    return fit(features(), components, variance, numpy_generator(seed, "test"))


def test_log_density_is_the_mixture_of_normal_densities_by_hand():
    density = fitted()
    train, other = features(), features(50, seed=1)
    centred = train - train.mean(axis=0)
    # Principal components by hand: eigenvectors of the covariance, scaled to variance 1.
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    kept = np.argsort(values)[::-1][: density.projection.n_components_]
    directions = vectors[:, kept] / np.sqrt(values[kept])
    # An eigenvector's sign is free; the fitted one fixes it.
    signs = np.sign((directions * density.projection.components_.T).sum(axis=0))
    points = (other - train.mean(axis=0)) @ (directions * signs)
    mixture = density.mixture
    expected = np.log(
        sum(
            weight * multivariate_normal(mean, covariance).pdf(points)
            for weight, mean, covariance in zip(
                mixture.weights_, mixture.means_, mixture.covariances_, strict=True
            )
        )
    )
    np.testing.assert_allclose(density.log_density(other), expected, rtol=1e-6)


def test_the_three_blobs_are_found():
    density = fitted()
    centres = np.array([[0, 0, 0, 0, 0], [8, 0, 3, 0, 8], [0, 9, -4, 0, 0]], dtype=float)
    components = density.mixture.predict(density.projection.transform(centres))
    assert len(set(components)) == 3
    np.testing.assert_allclose(density.mixture.weights_, 1 / 3, atol=0.06)
    between = (centres[1] + centres[2])[None] / 2
    assert density.log_density(between)[0] < density.log_density(centres).min() - 5


def test_the_projection_keeps_the_fewest_components_that_carry_the_variance():
    values = np.linalg.eigvalsh(np.cov(features(), rowvar=False))[::-1]
    carried = np.cumsum(values) / values.sum()
    for variance in (0.5, 0.9, 0.999):
        kept = fitted(components=1, variance=variance).projection.n_components_
        assert kept == np.searchsorted(carried, variance) + 1
        assert kept <= 3  # the other two dimensions carry nothing


def test_farther_is_less_likely():
    density = fitted()
    away = np.array([1.0, 1.0, 1.0, 0.0, 1.0])
    values = density.log_density(np.outer([0, 5, 20, 100, 1000], away))
    assert (np.diff(values) < 0).all()
    assert values[2] < density.log_density(features()).min()


def test_a_seed_decides_the_fit():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(300, 4))  # no clusters: the start decides which are found

    def values(seed):
        return fit(noise, 6, 0.99, numpy_generator(seed, "test")).log_density(noise)

    np.testing.assert_array_equal(values(0), values(0))
    assert not np.allclose(values(0), values(1))


def test_more_components_than_images_are_refused():
    with pytest.raises(ConfigError, match=r"densities\.components: 3 is more than the 2 training"):
        fit(features(2), 3, 0.99, numpy_generator(0, "test"))


def test_constant_features_are_refused():
    with pytest.raises(DataError, match="the same features"):
        fit(np.ones((20, 4)), 2, 0.99, numpy_generator(0, "test"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(value):
    broken = features()
    broken[3, 1] = value
    with pytest.raises(DataError, match="not finite"):
        fit(broken, 2, 0.99, numpy_generator(0, "test"))
    with pytest.raises(DataError, match="not finite"):
        fitted().log_density(broken)


def test_a_fit_that_does_not_converge_is_an_error(monkeypatch):
    monkeypatch.setattr("edgecase.densities.mixture._MAX_ITERATIONS", 1)
    with pytest.raises(DataError, match="mixture of 3 components does not converge"):
        fitted()
