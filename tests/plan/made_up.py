"""Calibrations and answers of calibrating processes that nobody measured."""

from edgecase.plan.speed import Calibration, Speed

SPEED = Speed(
    step_s=0.01, sample_s=0.001, evaluate_s=0.0005, training_flops=300.0, forward_flops=100.0
)


def calibration(jobs, *, at_once=1, speed=SPEED, start_s=2.0):
    """The same speed for every setting of `jobs`."""
    key = {"device": "cpu", "threads": 1, "jobs": at_once, "hardware": "a machine", "torch": "0"}
    return Calibration(key, "CPU, 1 threads", start_s, {job.setting: speed for job in jobs})


def answer(request, began, factor=1.0):
    """What a process says about a request: ready 2 s after it began, `factor` as slow as SPEED."""
    speed = {
        "step_s": 0.01 * factor,
        "sample_s": 0.001 * factor,
        "evaluate_s": 0.0005 * factor,
        "training_flops": 300,
        "forward_flops": 100,
    }
    return {
        "ready": began + 2,
        "device": "CPU, 1 threads",
        "speeds": [speed for _ in request["settings"]],
    }
