"""What the authors print, and what of ours is set beside it."""

import pandas as pd
import pytest

from edgecase.analysis import printed
from edgecase.results.rounds import CELL_AXES


def runs(case, accuracies, main=98.0):
    """Seeds with these backdoor accuracies by round, an attacker in round 1."""
    rows = [
        {"seed": seed, "fl_iter": t, "backdoor_acc": value, "main_task_acc": main}
        for seed, by_round in enumerate(accuracies)
        for t, value in by_round.items()
    ]
    axes = dict.fromkeys(CELL_AXES, "one") | {"case": case, "attack": "blackbox"}
    table = pd.DataFrame(rows).assign(**axes)
    return table.assign(num_attackers=(table["fl_iter"] == 1).astype(int))


def test_authors_ordering_and_rounds():
    """The claim of the figure holds in the printed numbers from round 25 on."""
    edge, normal = printed.BACKDOOR["edge-case"], printed.BACKDOOR["normal-case"]
    assert list(edge) == list(normal) == list(printed.MAIN)
    assert all(edge[t] > normal[t] for t in edge if t >= 25)
    assert (edge[499], normal[499], printed.MAIN[499]) == (84, 22, 99.4)


def test_ours_beside_what_is_printed():
    """Rounds 10 and 25 are printed: 28 and 50 for edge-case, 93.9 and 96.7 for main accuracy."""
    one = dict.fromkeys(range(11), 26.0) | dict.fromkeys(range(11, 31), 60.0)
    two = dict.fromkeys(range(31), 33.0)
    table = printed.beside(runs("edge-case", [one, two])).set_index(["quantity", "fl_iter"])
    assert list(table.index) == [("backdoor", 10), ("backdoor", 25), ("main", 10), ("main", 25)]
    first, second = table.loc[("backdoor", 10)], table.loc[("backdoor", 25)]
    assert (first["printed"], first["seeds"], first["mean"]) == (28, 2, 29.5)
    assert (first["low"], first["high"], first["inside"]) == (26, 33, True)
    assert (second["printed"], second["mean"], second["inside"]) == (50, 46.5, False)
    assert list(table.loc["main", "inside"]) == [False, True]


def test_rounds_without_a_test_do_not_count():
    """Of rounds 16 to 25 those tested are 18 and 24; of rounds 1 to 10 none is, from 21 on."""
    some = {t: float(t) if t % 6 == 0 else None for t in range(31)}
    late = {t: 5.0 if t > 20 else None for t in range(31)}
    tables = [printed.beside(runs("normal-case", [tested])) for tested in (some, late)]
    found = [
        table[table["quantity"] == "backdoor"].set_index("fl_iter")["mean"] for table in tables
    ]
    assert dict(found[0]) == {10: 6, 25: 21}
    assert dict(found[1]) == {25: 5}


@pytest.mark.parametrize(
    "table",
    [
        runs("almost-edge-case", [{1: 5.0, 10: 6.0}]),
        runs("edge-case", [{2: 5.0, 10: 6.0}]),
    ],
    ids=["a case that is not printed", "no attacker acted"],
)
def test_nothing_to_set_beside(table):
    assert printed.beside(table).empty


def test_runs_beside_what_is_printed():
    one = printed.beside(runs("edge-case", [{1: 26.0, 10: 30.0}, {1: 33.0, 10: 35.0}], main=93.25))
    two = printed.beside(runs("normal-case", [{1: 26.0, 10: 38.0}]))
    lines = printed.to_markdown({"small, two seeds": one, "medium": two}).splitlines()
    rows = [[value.strip() for value in line.split("|")[1:5]] for line in lines]
    assert rows[0] == ["accuracy, %", "", "10", "25"]
    assert rows[2:] == [
        ["backdoor, edge-case", "printed", "28", "50"],
        ["backdoor, edge-case", "small, two seeds", "31 (28 to 34)", ""],
        ["backdoor, normal-case", "printed", "32", "45"],
        ["backdoor, normal-case", "medium", "32", ""],
        ["main, edge-case", "printed", "93.9", "96.7"],
        ["main, edge-case", "small, two seeds", "93.2 (93.2 to 93.2)", ""],
        ["main, normal-case", "printed", "93.9", "96.7"],
        ["main, normal-case", "medium", "98.0", ""],
    ]
    assert [line.split("|")[-2].strip() for line in lines[2:]] == [
        *("", "0 of 1", "", "1 of 1", "", "1 of 1", "", "0 of 1")
    ]
