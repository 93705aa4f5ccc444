"""Blocks of axes become cells, each once and in order."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecase.results.cells import DEFAULT, Cell, all_cells, expand

BLOCK = {
    "tasks": ["t1", "t2"],
    "participations": ["fixed-freq-10"],
    "cases": ["edge-case"],
    "attacks": ["none", "pgd"],
    "defenses": ["krum"],
}


def test_cells_of_a_block_in_the_order_of_its_lists():
    assert expand([BLOCK]) == [
        Cell("t1", "fixed-freq-10", "edge-case", "none", "krum", "default"),
        Cell("t1", "fixed-freq-10", "edge-case", "pgd", "krum", "default"),
        Cell("t2", "fixed-freq-10", "edge-case", "none", "krum", "default"),
        Cell("t2", "fixed-freq-10", "edge-case", "pgd", "krum", "default"),
    ]


def test_overrides_are_an_axis():
    cells = expand([BLOCK | {"tasks": ["t1"], "attacks": ["pgd"], "overrides": [DEFAULT, "wide"]}])
    assert [cell.override for cell in cells] == ["default", "wide"]


def test_folder_has_the_axes_in_order():
    cell = Cell("mnist-ardis", "fixed-pool-5", "normal-case", "pgd-prox", "rfa", "wide")
    assert cell.folder == "mnist-ardis/fixed-pool-5/normal-case/pgd-prox/rfa/wide"


@pytest.mark.parametrize("axis", ["tasks", "participations", "cases", "attacks", "defenses"])
def test_cells_differ_if_any_axis_does(axis):
    other = BLOCK | {axis: ["other"]}
    assert not set(expand([BLOCK])) & set(expand([other]))


def test_cell_that_figures_and_grid_share_is_one():
    config = {
        "figures": {"fig4": [BLOCK], "fig5": [BLOCK | {"attacks": ["pgd", "blackbox"]}], "x": []},
        "grid": [BLOCK | {"tasks": ["t2", "t3"]}],
    }
    cells = all_cells(config)
    assert [(cell.task, cell.attack) for cell in cells] == [
        *(("t1", "none"), ("t1", "pgd"), ("t2", "none"), ("t2", "pgd")),  # fig4
        *(("t1", "blackbox"), ("t2", "blackbox")),  # fig5
        *(("t3", "none"), ("t3", "pgd")),  # the grid
    ]


def test_no_grid_and_no_figures():
    assert all_cells({"figures": {}}) == []
    assert all_cells({"figures": {"fig4": []}, "grid": []}) == []


names = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)
axes = ["tasks", "participations", "cases", "attacks", "defenses", "overrides"]


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(axes, names)), max_size=3))
def test_every_combination_and_no_other_is_there_once(blocks):
    cells = expand(blocks)
    assert len(cells) == len(set(cells))
    products = [product(*(block[axis] for axis in axes)) for block in blocks]
    wanted = {"/".join(values) for combinations in products for values in combinations}
    assert {cell.folder for cell in cells} == wanted
