"""DeepSight: its measures by slow loops, whom it keeps, and what it refuses to judge."""

import math

import numpy as np
import pytest
import torch

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.defenses.deepsight import normalised_energies, threshold_exceedings
from edgecase.defenses.last_layer import LastLayer

CLASSES, FEATURES = 10, 4
SIZE = CLASSES * FEATURES + CLASSES
LAYER = LastLayer(slice(0, SIZE - CLASSES), slice(SIZE - CLASSES, SIZE), CLASSES)


class Softmax:
    """A linear classifier of four features."""

    input_shape = (FEATURES,)

    def outputs(self, parameters, inputs, buffers=None):
        return inputs.to(parameters) @ LAYER.weights(parameters).T + LAYER.biases(parameters)


def model():
    return 0.1 * torch.randn(SIZE, generator=torch.Generator().manual_seed(9))


def honest(m, seed=0):
    """Updates that move every class, by one direction and noise."""
    generator = torch.Generator().manual_seed(seed)
    shared = torch.randn(SIZE, generator=generator)
    return shared + 0.3 * torch.randn(m, SIZE, generator=generator)


def attackers(m, seed=1):
    """Updates that move the classes 2 and 7 alone."""
    generator = torch.Generator().manual_seed(seed)
    updates = torch.zeros(m, SIZE)
    for row in updates:
        LAYER.weights(row)[[2, 7]] = 2 + 0.1 * torch.randn(2, FEATURES, generator=generator)
        LAYER.biases(row)[[2, 7]] = 1.0
    return updates


def result(updates, **options):
    return defenses.run(
        defenses.rule("deepsight", {"probes": 200} | options),
        updates,
        range(10, 10 + len(updates)),
        global_model=model(),
        last_layer=LAYER,
        network=Softmax(),
        generator=torch.Generator().manual_seed(4),
    )


def test_energies_and_exceedings_by_loops():
    updates = torch.cat([honest(3), attackers(2)])
    neups = normalised_energies(LAYER, updates)
    for update, row, energetic in zip(
        updates.double(), neups, threshold_exceedings(neups), strict=True
    ):
        weights, bias = LAYER.weights(update), LAYER.biases(update)
        energies = [
            abs(float(bias[c])) + sum(abs(float(weights[c, h])) for h in range(FEATURES))
            for c in range(CLASSES)
        ]
        squares = [energy**2 for energy in energies]
        expected = [square / sum(squares) for square in squares]
        np.testing.assert_allclose(row, expected, rtol=1e-12)
        assert energetic == sum(neup > max(0.01, 1 / 10) * max(expected) for neup in expected)
    np.testing.assert_allclose(neups.sum(1), np.ones(5), rtol=1e-12)
    torch.testing.assert_close(normalised_energies(LAYER, 7 * updates), neups)
    assert threshold_exceedings(neups).tolist()[-2:] == [2, 2]


def test_division_differences_by_the_formula():
    """One seed of three inputs: the mean of p_local / p_global of each class."""
    updates = torch.cat([honest(4), torch.zeros(1, SIZE)])
    rule = defenses.rule("deepsight", {"probes": 3, "probe_seeds": 1})
    inputs = defenses.RoundInputs(
        updates=updates,
        num_samples=torch.ones(5),
        norms=updates.norm(dim=1),
        client_ids=(),
        buffers=torch.zeros(5, 0),
        global_model=model(),
        network=Softmax(),
        generator=torch.Generator().manual_seed(4),
    )
    (found,) = rule._division_differences(inputs)
    probes = torch.rand(3, FEATURES, generator=torch.Generator().manual_seed(4))
    for row, update in zip(found, updates, strict=True):
        ratios = np.zeros((3, CLASSES))
        for probe, ratio in zip(probes, ratios, strict=True):
            local, whole = (
                [math.exp(x) for x in Softmax().outputs(vector, probe).tolist()]
                for vector in (model() + update, model())
            )
            ratio[:] = [
                (a / sum(local)) / (b / sum(whole)) for a, b in zip(local, whole, strict=True)
            ]
        np.testing.assert_allclose(row, ratios.mean(0), rtol=1e-5)
    assert (found[-1] == 1).all()


def test_six_attackers_of_twenty_are_refused_and_the_honest_kept():
    updates = torch.cat([honest(14), attackers(6)])
    found = result(updates)
    assert found.accepted.tolist() == [True] * 14 + [False] * 6
    norms = updates.double().norm(dim=1)
    bound = norms.median() if len(norms) % 2 else norms.quantile(0.5)
    counts = torch.arange(10, 24).double()
    clipped = updates[:14].double() * (bound / norms[:14]).clamp(max=1)[:, None]
    expected = (clipped * (counts / counts.sum())[:, None]).sum(0)
    np.testing.assert_allclose(found.update, expected, rtol=0, atol=1e-6)
    assert found.update.norm() <= bound * (1 + 1e-6)


def test_honest_clients_alone_are_kept():
    assert result(honest(10)).accepted.all()
    assert result(honest(1).expand(5, -1)).accepted.all()


def test_nobody_kept_leaves_the_model():
    """Half of the clients move nothing, so that the median TE is 0 and everybody is suspicious."""
    updates = torch.zeros(5, SIZE)
    found = result(updates)
    assert not found.accepted.any()
    assert not found.update.any()


def test_what_it_lacks_is_named():
    with pytest.raises(ConfigError, match="deepsight: the model says of no layer"):
        defenses.run(defenses.rule("deepsight"), honest(5), [1] * 5)
    assert "at least 5 clients" in defenses.validate("deepsight", {"min_cluster_size": 5}, 4)[0]
