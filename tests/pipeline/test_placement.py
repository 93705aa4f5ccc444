"""Where jobs run: on this machine with so many GPUs, and on a cluster."""

import pytest

from edgecase.pipeline.placement import Placement


@pytest.mark.parametrize(
    ("device", "found", "submitted", "gpu", "jobs"),
    [
        ("auto", 0, False, 0, 0),
        ("auto", 2, False, 1, 6),
        ("cpu", 2, False, 0, 0),
        ("cuda:1", 2, False, 1, 3),
        # A cluster's GPUs are not seen where jobs are sent from.
        ("auto", 0, True, 1, 0),
        ("cpu", 0, True, 0, 0),
    ],
)
def test_gpus_are_asked_for_where_there_may_be_one(device, found, submitted, gpu, jobs):
    config = {"device": device, "cells_per_gpu": 3}
    placement = Placement.of(config, found, submitted=submitted)
    assert (placement.gpu, placement.gpu_jobs) == (gpu, jobs)


def environment(found, **config):
    return Placement.of(config, found, submitted=False).environment(config, "/volume")


def test_jobs_without_a_gpu():
    assert environment(0) == {
        "EDGECASE_ON_GPU": "",
        "EDGECASE_DEVICE": "auto",
        "EDGECASE_PYTHON": "python",
        "EDGECASE_MEMORY_SHARE": "0.800",
        "EDGECASE_VOLUME": "/volume",
        "EDGECASE_SAVE_MINUTES": "5",
        "EDGECASE_TRACKERS": "",
        "EDGECASE_THREADS": "1",
    }


def test_jobs_that_share_a_gpu():
    shared = environment(1, cells_per_gpu=4, threads=2, mirror="/mirror")
    assert shared["EDGECASE_ON_GPU"].endswith("on_gpu.py --slots-per-gpu 4 --")
    assert shared["EDGECASE_MEMORY_SHARE"] == "0.200"
    assert (shared["EDGECASE_THREADS"], shared["EDGECASE_MIRROR"]) == ("2", "/mirror")


def test_a_gpu_asked_for_by_its_number_is_not_chosen():
    assert environment(2, device="cuda:1")["EDGECASE_ON_GPU"] == ""
