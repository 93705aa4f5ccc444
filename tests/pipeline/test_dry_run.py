"""What is told at the end of a dry run comes once, after the second count of its jobs."""

import logging

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from edgecase.pipeline.dry_run import AtTheEnd


@pytest.mark.parametrize(("quiet", "told_after"), [(set(), 2), ({"rules", "progress"}, 1)])
def test_it_is_told_once(quiet, told_after):
    logger, told = logging.Logger("made-up"), []
    logger.addHandler(AtTheEnd(logger, quiet, lambda: told.append("asked") or ["a line"]))
    for count in range(1, 4):
        logger.info("Building DAG of jobs...")
        logger.info("jobs", extra={"event": LogEvent.RUN_INFO})
        assert len(told) == (count >= told_after)
