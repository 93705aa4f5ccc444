"""Assume what has not been measured of models and devices; nothing here loads torch."""

import math
from dataclasses import dataclass

from edgecase.datasets import DATASETS
from edgecase.models import MODELS
from edgecase.plan.work import Job, Setting

#: a model's operations and parameters grow with the square of its width, but for the first and the
#: last layer: at most by this times its square, down to a width of 1/16.
WIDTH_MARGIN = 1.3


@dataclass(frozen=True)
class Device:
    """How fast a device is: operations per second, and seconds of a step whatever its size."""

    flops: float
    step_s: float


#: no machine that anybody starts a run on is slower than this.
SLOWEST = Device(flops=1e10, step_s=5e-3)
#: a GPU of a cluster that small models do not fill: an assumption, not a measurement.
CLUSTER_GPU = Device(flops=1e12, step_s=1e-2)


def is_known(setting: Setting) -> bool:
    """Whether the model says how large it is."""
    model = MODELS.get(setting.model)
    return model is not None and model.forward_megaflops is not None


def seconds(job: Job, device: Device) -> float:
    """At least the seconds of the job on `device`, one at a time.

    A model that does not say how large it is counts as the largest that does; one of any size of
    photograph has operations in proportion to the pixels.
    """
    model = MODELS.get(job.setting.model)
    growth = model.forward_growth if model else 2
    forward = 1e6 * _at_width("forward_megaflops", job.setting, growth) * _pixels(job.setting)
    # A backward pass costs two forward passes.
    operations = (3 * job.work.samples + job.work.evaluated) * forward
    return operations / device.flops + job.work.steps * device.step_s


def parameters(setting: Setting) -> float:
    """At least the number of the model's parameters; of an unknown one, those of the largest."""
    model = MODELS.get(setting.model)
    return 1e6 * _at_width("megaparameters", setting, model.growth if model else 2)


def _pixels(setting: Setting) -> float:
    """The share of the pixels of the model's published input that the data set's images have."""
    model, dataset = MODELS.get(setting.model), DATASETS.get(setting.dataset)
    if model is None or model.smallest is None or dataset is None:
        return 1.0
    return math.prod(dataset.shape) / math.prod(model.input)


def _at_width(name: str, setting: Setting, growth: int) -> float:
    model = MODELS.get(setting.model)
    own = getattr(model, name, None)
    if own is None:
        # One for photographs would make a plan of small images absurd.
        small = [getattr(entry, name) for entry in MODELS.values() if entry.smallest is None]
        own = max(size for size in small if size is not None)
    return own * WIDTH_MARGIN * setting.width**growth
