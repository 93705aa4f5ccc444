"""Say what a job asks of a cluster: minutes and memory, from the plan's count of its work."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgecase.datasets import DATASETS
from edgecase.plan import assumed
from edgecase.plan.sizes import image_counts
from edgecase.plan.speed import Calibration, load
from edgecase.plan.work import Job

#: what no estimate holds: Snakemake's own start on the node, data read from a busy file system.
START_MINUTES = 10
#: the process before any data: on a GPU, CUDA's libraries besides.
_PROCESS_MB = {"cpu": 1000, "gpu": 4000}
#: a defense works on copies of a round's updates.
_COPIES = 3
#: a photograph in its file, decoded: ImageNet's have 500 × 375 pixels in the middle.
_PHOTOGRAPH_MB = 500 * 375 * 3 / 1e6
#: activations of one test image at width 1: a few layers of the largest model.
_ACTIVATIONS_MB = 1.0
#: later attempts ask for no more memory than this one: their limit was another.
_LAST_RAISE = 4


@dataclass(frozen=True)
class Requests:
    """How the jobs of a run become requests.

    An estimated time is multiplied by `margin`, and no request is above `max_minutes`: what ends at
    its limit goes on in its next attempt. Jobs are estimated by `measured` where it has their
    setting, else on a device that is assumed to be slow.
    """

    margin: float
    max_minutes: int
    on_gpu: bool
    measured: Calibration | None

    @classmethod
    def of(cls, config: Mapping, calibration: Path) -> "Requests":
        """What the configuration's `cluster` says, with the file that `plan` wrote on the cluster.

        A file of another `device` or other `threads`, or none, is no measurement.
        """
        cluster = config["cluster"]
        device = config.get("device", "auto")
        known = load(calibration)
        asked = {"device": device, "threads": config.get("threads", 1)}
        fits = (
            known is not None
            and isinstance(known.key, dict)
            and all(known.key.get(name) == value for name, value in asked.items())
        )
        return cls(
            cluster["margin"], cluster["max_minutes"], device != "cpu", known if fits else None
        )

    def minutes(self, job: Job, attempt: int = 1) -> int:
        """Whole minutes, `attempt` times those of the first."""
        first = START_MINUTES + self.margin * self._seconds(job) / 60
        return min(math.ceil(attempt * first), self.max_minutes)

    def megabytes(self, job: Job, attempt: int = 1) -> int:
        """Memory of the node, not of its GPU, in MB; of the second to fourth attempt, as many times
        that of the first.
        """
        setting = job.setting
        data = _PHOTOGRAPH_MB * job.held if DATASETS[setting.dataset].in_files else _arrays(job)
        models = 4 * assumed.parameters(setting) * (1 + _COPIES * job.updates) / 1e6
        activations = _ACTIVATIONS_MB * setting.test_batch_size * setting.width
        process = _PROCESS_MB["gpu" if self.on_gpu else "cpu"]
        first = process + data + models + activations
        return math.ceil(min(attempt, _LAST_RAISE) * first)

    def _seconds(self, job: Job) -> float:
        if self.measured is not None and job.setting in self.measured.speeds:
            return self.measured.seconds(job)
        return assumed.seconds(job, assumed.CLUSTER_GPU if self.on_gpu else assumed.SLOWEST)


def _arrays(job: Job) -> float:
    """MB of a data set in memory."""
    train, test = image_counts(job.setting.dataset)
    pixels = math.prod(DATASETS[job.setting.dataset].shape)
    # Read and unpacked as bytes; test images of every seed are normalised, four bytes a value.
    return (2 * (train + test) + 4 * job.seeds * test) * pixels / 1e6
