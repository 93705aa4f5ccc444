"""Rules of coordinates and distances against byzfl and flwr, where these compute the same.

Krum is not among them: byzfl sums the distances to m − f − 1 others, one more than the paper.
"""

import numpy as np
import pytest
import torch
from tests.defenses.running import drawn

from edgecase import defenses

CASES = pytest.mark.parametrize(("m", "f"), [(11, 2), (15, 3)])


def step(updates, f=None, name="", **others):
    values = {"name": name, **others} | ({} if f is None else {"num_byzantine": f})
    return defenses.run(defenses.composed(values), updates, [1] * len(updates)).update


@CASES
def test_byzfl(m, f):
    byzfl = pytest.importorskip("byzfl")
    updates = drawn(m, 200)
    nnm = [{"name": "nnm", "num_byzantine": f}]
    options = {"max_iterations": 3, "tolerance": 0, "start": "zero", "weights": "none"}
    pairs = [
        (step(updates, name="median"), byzfl.Median()),
        (step(updates, f, "trimmed-mean"), byzfl.TrMean(f=f)),
        (step(updates, name="rfa", smoothing=0.1, **options), byzfl.GeometricMedian(nu=0.1, T=3)),
        (step(updates, name="centered-clipping", norm_bound=9), byzfl.CenteredClipping(tau=9.0)),
    ]
    for found, peer in pairs:
        np.testing.assert_allclose(found, peer(updates.clone()), rtol=0, atol=1e-6)
    mixed = byzfl.TrMean(f=f)(byzfl.NNM(f=f)(updates.clone()))
    ours = step(updates, f, "trimmed-mean", before=nnm)
    np.testing.assert_allclose(ours, mixed, rtol=0, atol=1e-6)


@CASES
def test_flwr(m, f):
    flwr = pytest.importorskip("flwr.server.strategy.aggregate")
    updates = drawn(m, 200)
    results = [([row], 1) for row in updates.numpy()]
    pairs = [
        (step(updates, name="median"), flwr.aggregate_median(results)),
        (step(updates, f, "trimmed-mean"), flwr.aggregate_trimmed_avg(results, f / m + 1e-9)),
        (
            step(updates, f, "bulyan"),
            # It takes the rows that it chooses out of the caller's list.
            flwr.aggregate_bulyan(list(results), f, flwr.aggregate_krum, to_keep=0),
        ),
    ]
    for found, (peer,) in pairs:
        np.testing.assert_allclose(found, torch.from_numpy(peer), rtol=0, atol=1e-6)
