"""Shares of a run: every cell in one, whatever the order of the figures, about equal in work."""

import json
from pathlib import Path

import pytest

from edgecase import config
from edgecase.base.errors import ConfigError
from edgecase.plan import assumed, sizes
from edgecase.plan.work import jobs
from edgecase.results.cells import all_cells
from edgecase.sharing.shares import own_cells

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def demo():
    return config.load(CONFIG / "demo.yaml")


def shares(given, count):
    return [own_cells(given | {"shard": f"{number}/{count}"}) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 5])
def test_every_cell_is_in_one_share(demo, count):
    found = shares(demo, count)
    assert sorted(cell for share in found for cell in share) == sorted(all_cells(demo))
    assert all(found)


def test_without_shard_all_cells_are_own(demo):
    assert own_cells(demo) == all_cells(demo)


def test_order_of_figures_and_blocks_does_not_matter(demo):
    turned = json.loads(json.dumps(demo))
    figures = turned["figures"].items()
    turned["figures"] = {name: blocks[::-1] for name, blocks in reversed(figures)}
    turned["grid"].reverse()
    assert all_cells(turned) != all_cells(demo)
    assert shares(turned, 5) == shares(demo, 5)


def test_no_share_exceeds_another_by_more_than_one_cell_costs():
    given = config.load()
    costs = [
        [assumed.seconds(job, assumed.SLOWEST) for job in jobs(given, share) if job.is_cell]
        for share in shares(given, 5)
    ]
    loads = [sum(share) for share in costs]
    assert max(loads) - min(loads) <= max(map(max, costs))
    # The paper's cells differ by far more than its shares.
    assert max(loads) < 1.05 * min(loads)


def test_cells_of_unknown_cost_are_shared_out_by_number(demo, monkeypatch):
    monkeypatch.setattr(sizes, "IMAGES", {})
    lengths = [len(share) for share in shares(demo, 5)]
    assert sum(lengths) == len(all_cells(demo))
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(
    ("shard", "told"),
    [
        ("3/2", "shard: 3/2 is no share; allowed: 1/2 to 2/2"),
        ("half", "shard: 'half' cannot be used; allowed: <number>/<count>, such as 2/5"),
        (2, "shard: 2 is not of type 'string'; allowed: <number>/<count>, such as 2/5"),
        ("1/2\n", "shard: '1/2\n' cannot be used; allowed: <number>/<count>, such as 2/5"),
    ],
)
def test_what_is_no_share_is_told(demo, shard, told):
    with pytest.raises(ConfigError) as caught:
        config.check(demo | {"shard": shard})
    assert caught.value.problems == [told]


@pytest.mark.parametrize("target", ["fig4", "fig1", "tables", "claims", "claim-order", "plan"])
def test_what_needs_all_cells_is_refused(demo, target):
    with pytest.raises(ConfigError, match=rf"shard: 1/2 runs one share .*; {target} needs all"):
        config.check_share(demo | {"shard": "1/2"}, ["snakemake", "--cores", "2", target])
    config.check_share(demo | {"shard": "1/2"}, ["snakemake", "cells", "all"])
