"""A cell has exactly the parameters that it reads: another value of any other changes no cell."""

import pytest
from tests.config.made_up import T4, paper

from edgecase import config
from edgecase.results.cells import all_cells


def resolved(edited):
    """The paper's cells on images, of which the counts below are known."""
    cells = [cell for cell in all_cells(edited) if cell.task != T4]
    return {cell: config.resolve_cell(edited, cell) for cell in cells}


@pytest.fixture(scope="module")
def before():
    return resolved(paper())


def test_number_of_cells(before):
    assert (len(before), len(all_cells(paper()))) == (283, 345)


def changed(before, edit):
    edited = paper()
    edit(edited)
    return {cell for cell, parameters in resolved(edited).items() if parameters != before[cell]}


def of_tasks(key, value):
    def edit(edited):
        for task in edited["tasks"].values():
            task[key] = value

    return edit


def is_pgd(cell):
    return cell.attack.startswith("pgd")


@pytest.mark.parametrize(
    ("key", "value", "reads", "count"),
    [
        ("attacker_lr", 0.5, is_pgd, 114),
        ("project_frequency", 3, is_pgd, 114),
        ("prox_coefficient", 0.5, lambda cell: cell.attack.endswith("-prox"), 20),
        ("test_batch_size", 7, lambda cell: False, 0),
        ("first_attack_round", 2, lambda cell: cell.attack != "none", None),
        ("lr", 0.5, lambda cell: True, 283),
    ],
)
def test_a_key_changes_the_cells_that_read_it(before, key, value, reads, count):
    found = changed(before, of_tasks(key, value))
    assert found == {cell for cell in before if reads(cell)}
    assert count is None or len(found) == count


def reads_counts(cell):
    return (
        cell.defense == "multi-krum"
        and cell.attack != "none"
        and cell.participation.startswith("fixed-freq")
    )


def assumes_a_pool(cell):
    krum = cell.defense in ("krum", "multi-krum")
    return cell.participation.startswith("fixed-pool") and (krum or "-replacement" in cell.attack)


@pytest.mark.parametrize(
    ("switch", "value", "reads"),
    [
        ("multi_krum_counts", "published", reads_counts),
        ("pool_assumptions", "corrected", assumes_a_pool),
        ("radius_decay", "never", is_pgd),
        ("edge_sample_weight", "corrected", None),
        ("orientation", "upright", lambda cell: cell.task.endswith("ardis")),
        ("transforms", "one", lambda cell: cell.task.startswith("cifar10")),
    ],
)
def test_a_switch_changes_the_cells_that_read_it(before, switch, value, reads):
    """Cells whose override sets the switch itself keep their own."""

    def edit(edited):
        edited["switches"][switch] = value

    own = {
        name for name, body in paper()["overrides"].items() if switch in body.get("switches", {})
    }
    found = changed(before, edit)
    if reads is None:
        overrides = paper()["overrides"]
        seated = {name for name, body in overrides.items() if "seated_client" in body}

        def reads(cell):
            return cell.case != "edge-case" or cell.override in seated

    assert found == {cell for cell in before if reads(cell) and cell.override not in own}


@pytest.mark.parametrize(
    ("switch", "value", "reads"),
    [
        ("padding", "left100", lambda cell: True),
        ("carry_hidden", "published", lambda cell: True),
        ("overlap", "published", lambda cell: True),
        ("multi_krum_branch", "published", lambda cell: cell.defense == "multi-krum"),
        ("replacement_counts", "batches", lambda cell: "replacement" in cell.attack),
        ("projection_order", "before", is_pgd),
    ],
)
def test_a_switch_of_sentences_changes_no_cell_of_images(before, switch, value, reads):
    edited = paper()
    edited["switches"][switch] = value
    assert resolved(edited) == before
    flipped = {
        cell
        for cell in all_cells(edited)
        if config.resolve_cell(edited, cell) != config.resolve_cell(paper(), cell)
    }
    text = [cell for cell in all_cells(edited) if cell.task == T4]
    set_already = {
        name for name, body in edited["overrides"].items() if switch in body.get("switches", {})
    }
    assert flipped == {cell for cell in text if reads(cell) and cell.override not in set_already}
