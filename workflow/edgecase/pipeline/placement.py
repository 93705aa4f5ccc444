"""Say where jobs run: whether they need a GPU, how they get one, and their environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from edgecase.machine import gpus as machine


@dataclass(frozen=True)
class Placement:
    """Where the jobs of a configuration run.

    gpu: how many GPUs a job asks for, 1 or 0: where there are none, a limit on GPUs must not hold
    back jobs. gpu_jobs: how many run at once on this machine's, 0 without. cells_per_gpu: how many
    share one. device: as configured.
    """

    device: str
    cells_per_gpu: int
    gpu_jobs: int
    gpu: int

    @classmethod
    def of(cls, config: Mapping, found: int, *, submitted: bool) -> "Placement":
        """On a machine with `found` GPUs, or `submitted` to a cluster, whose GPUs are not seen."""
        device, shared = config.get("device", "auto"), config.get("cells_per_gpu", 1)
        jobs = machine.gpu_jobs(device, shared, found)
        return cls(device, shared, jobs, int(device != "cpu" if submitted else jobs > 0))

    def environment(self, config: Mapping, volume: str) -> dict[str, str]:
        """The variables that jobs read: what stands here changes no result, so it re-runs nothing.

        `volume` is the folder that outlives a job.
        """
        on_gpu = f"python workflow/scripts/on_gpu.py --slots-per-gpu {self.cells_per_gpu} --"
        mirror = {"EDGECASE_MIRROR": config["mirror"]} if config.get("mirror") else {}
        return mirror | {
            "EDGECASE_ON_GPU": on_gpu if self.gpu and machine.is_shared_out(self.device) else "",
            "EDGECASE_DEVICE": self.device,
            "EDGECASE_PYTHON": "python",
            # Of a device's memory; the rest is for the data and for what estimates leave out.
            "EDGECASE_MEMORY_SHARE": f"{machine.TRAINING_MEMORY / self.cells_per_gpu:.3f}",
            "EDGECASE_VOLUME": volume,
            "EDGECASE_SAVE_MINUTES": str(config.get("save_minutes", 5)),
            "EDGECASE_TRACKERS": " ".join(config.get("trackers", ())),
            # Snakemake lowers a job's threads to its cores, and another number of threads rounds
            # otherwise.
            "EDGECASE_THREADS": str(config.get("threads", 1)),
        }
