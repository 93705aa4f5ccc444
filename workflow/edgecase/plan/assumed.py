"""What is taken of models and devices where nothing has been measured; nothing here loads torch."""

from dataclasses import dataclass

from edgecase.plan.work import Job, Setting

#: model → floating-point operations of a forward pass at width 1, in millions.
FORWARD_MEGAFLOPS = {"vgg9": 306, "vgg11": 307, "vgg13": 458, "vgg16": 628, "lenet": 24}
#: model → parameters at width 1, in millions.
MEGAPARAMETERS = {"vgg9": 9.3, "vgg11": 9.8, "vgg13": 10.0, "vgg16": 15.3, "lenet": 1.3}
#: at another width both grow by its square, but for the first and the last layer: at most by this
#: times its square, down to a width of 1/16.
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
    """Whether the tables have the model."""
    return setting.model in FORWARD_MEGAFLOPS


def seconds(job: Job, device: Device) -> float:
    """At least the seconds of the job on `device`, one at a time.

    A model that the tables do not have counts as the largest that they have.
    """
    forward = 1e6 * _at_width(FORWARD_MEGAFLOPS, job.setting)
    # A backward pass costs two forward passes.
    operations = (3 * job.work.samples + job.work.evaluated) * forward
    return operations / device.flops + job.work.steps * device.step_s


def parameters(setting: Setting) -> float:
    """At least the number of the model's parameters; of an unknown one, those of the largest."""
    return 1e6 * _at_width(MEGAPARAMETERS, setting)


def _at_width(sizes: dict[str, float], setting: Setting) -> float:
    size = sizes.get(setting.model, max(sizes.values()))
    return size * WIDTH_MARGIN * setting.width**2
