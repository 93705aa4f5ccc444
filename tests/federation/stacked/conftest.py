"""Jobs of unequal size and kind, as a round of several seeds gives them."""

import numpy as np
import pytest
import torch

from edgecase.attacks import LocalTraining
from edgecase.attacks.hooks import GradientClipping, Projection, Proximal
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.stacked.schedule import num_steps
from edgecase.federation.stores import ImageStore
from edgecase.federation.transforms import Transform

SIZES = [3, 14, 6, 9, 4, 11, 1]


@pytest.fixture
def make_jobs():
    """`make_jobs(model, shape)`: a store, and jobs sorted by falling number of steps.

    Clients of 1 to 14 samples under batches of 4, of two seeds, with two transforms; one clips its
    gradient, one projects, one has a proximal term, every other one trains longer.
    """

    def make(model, shape, sizes=SIZES, dtype=torch.float64):
        rng = np.random.default_rng(3)
        images = torch.from_numpy(rng.integers(0, 256, (60, *shape), np.uint8))
        store = ImageStore(images, torch.from_numpy(rng.integers(0, 10, 60)))
        colours = shape[2]
        padding = "zero" if colours == 3 else None
        transforms = [
            Transform((0.4,) * colours, (0.2,) * colours, padding),
            Transform((0.5,) * colours, (0.3,) * colours),
        ]
        start = model.parameters.to(dtype)
        hooks = {5: (GradientClipping(1.0),), 2: (Projection(0.1, 2),), 3: (Proximal(0.3),)}
        jobs = []
        for row, size in enumerate(sizes):
            training = LocalTraining(
                epochs=2 + row % 2,
                batch_size=4,
                lr=0.1 / (1 + row),
                momentum=0.9 - 0.1 * (row % 2),
                weight_decay=0.05,
                hooks=hooks.get(row, ()),
            )
            held = Samples(
                torch.from_numpy(rng.choice(60, size, replace=False)), transforms[row % 2]
            )
            anchor = start + 0.01 if row == 3 else None
            stream = Stream(seed=row // 4, round=5, client=row)
            jobs.append(LocalJob(start + 0.001 * row, held, training, stream, anchor))
        return store, sorted(jobs, key=num_steps, reverse=True)

    return make
