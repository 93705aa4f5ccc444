"""A CSV of rounds is read whole or refused by name."""

import pandas as pd
import pytest

from edgecase.base.errors import DataError
from edgecase.results.rounds import (
    MARK_COLUMNS,
    ROUND_COLUMNS,
    TABLE_COLUMNS,
    VOTED_COLUMNS,
    read_rounds,
)

#: the header and the starting model as the pipeline writes them, then two rounds, one attacked
LINES = [
    "fl_iter,main_task_acc,backdoor_acc,raw_task_acc,adv_norm_diff,wg_norm,source_class_acc,"
    "target_class_acc,honest_norm_mean,lr,num_clients,num_attackers,num_accepted,"
    "attacker_accepted,num_clipped,defense_iterations,noise_norm,client_ids,refused_ids,"
    "diverged_ids",
    "0,40,0,5,0,3.74619198,0,0,0,0,0,0,0,,0,0,0,,,",
    "1,33.5,1.5,5,0.0944384262,3.74619198,0,0,0.0375757329,0.02,3,1,2,1,0,0,0.125,-1 3 6,3,",
    "2,32.5,0,5,0,3.74680209,0,0,0.0618085526,0.01996,3,0,3,,0,0,0.5,7 1 40,,",
]
TEXT = "\n".join(LINES) + "\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "seed3.csv"
        path.write_text(text)
        return path

    return write


def refused(path, rounds=2):
    with pytest.raises(DataError) as caught:
        read_rounds(path, rounds)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


@pytest.mark.parametrize("rounds", [2, None])
def test_complete_file(file, rounds):
    table = read_rounds(file(TEXT), rounds)
    assert list(table.columns) == list(ROUND_COLUMNS)
    assert table["fl_iter"].tolist() == [0, 1, 2]
    assert table["main_task_acc"].tolist() == [40, 33.5, 32.5]
    assert table["adv_norm_diff"].tolist() == [0, 0.0944384262, 0]
    assert table["client_ids"].fillna("").tolist() == ["", "-1 3 6", "7 1 40"]
    assert table["refused_ids"].fillna("").tolist() == ["", "3", ""]
    assert pd.isna(table["attacker_accepted"][0])
    assert table["attacker_accepted"][1] == 1


def test_norms_of_a_model_with_a_table_of_words(file):
    further = [",".join(TABLE_COLUMNS), "0,2.5,", "1.25,2.5,0.5 0.25 1", "0,2.75,1 2 3"]
    lines = [f"{line},{own}" for line, own in zip(LINES, further, strict=True)]
    table = read_rounds(file("\n".join(lines) + "\n"), 2)
    assert list(table.columns) == [*ROUND_COLUMNS, *TABLE_COLUMNS]
    assert table["client_norms"].fillna("").tolist() == ["", "0.5 0.25 1", "1 2 3"]
    assert "column wg_norm_dense has an empty" in refused(
        file("\n".join([*lines[:3], lines[3].replace("2.75", "")]) + "\n")
    )
    assert "column x is unknown" in refused(
        file(TEXT.replace("\n", ",1\n").replace("ids,1", "ids,x"))
    )


def without_accuracies(line):
    """A line of a round that was not evaluated: fields 1, 2, 3, 6 and 7 are empty."""
    fields = line.split(",")
    return ",".join("" if place in (1, 2, 3, 6, 7) else f for place, f in enumerate(fields))


def with_lines(**changes):
    """`TEXT` with the lines of some rounds changed, by `r<round>`."""
    lines = [LINES[0], *(changes.get(f"r{t}", line) for t, line in enumerate(LINES[1:]))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("rounds", [2, None])
def test_a_round_that_was_not_evaluated_has_no_accuracy(file, rounds):
    table = read_rounds(file(with_lines(r1=without_accuracies(LINES[2]))), rounds)
    accuracies = table[[name for name in ROUND_COLUMNS if name.endswith("_acc")]]
    assert accuracies.shape[1] == 5
    assert accuracies.notna().all(axis=1).tolist() == [True, False, True]
    assert accuracies.isna().all(axis=1).tolist() == [False, True, False]
    assert table["adv_norm_diff"][1] == 0.0944384262


@pytest.mark.parametrize("rounds", [2, None])
@pytest.mark.parametrize("round", [0, 2])
def test_the_first_and_the_last_round_are_evaluated(file, round, rounds):
    text = with_lines(**{f"r{round}": without_accuracies(LINES[round + 1])})
    assert "first or last round has no accuracies" in refused(file(text), rounds)


@pytest.mark.parametrize("place", [1, 2, 3, 6, 7])
def test_accuracies_are_empty_together(file, place):
    fields = LINES[2].split(",")
    alone = ",".join("" if number == place else field for number, field in enumerate(fields))
    message = refused(file(with_lines(r1=alone)))
    assert f"column {list(ROUND_COLUMNS)[place]} is empty in round 1" in message


@pytest.mark.parametrize("value", ["-0.1", "100.1", "inf"])
def test_accuracy_that_is_no_percentage(file, value):
    assert "outside 0 to 100 %" in refused(file(TEXT.replace(",33.5,", f",{value},")))


def test_ids_stay_text_where_all_are_numbers(file):
    table = read_rounds(file(TEXT.replace("-1 3 6,3", "4,3").replace("7 1 40", "7")), 2)
    assert table["client_ids"].fillna("").tolist() == ["", "4", "7"]


def test_file_cut_anywhere_is_refused(file):
    for length in range(len(TEXT)):
        path = file(TEXT[:length])
        with pytest.raises(DataError, match=r"seed3\.csv"):
            read_rounds(path, 2)


def test_file_cut_inside_a_line_is_refused_without_the_number_of_rounds(file):
    ends = [len("\n".join(LINES[:count])) + 1 for count in range(2, len(LINES) + 1)]
    for length in set(range(len(TEXT) + 1)) - set(ends):
        path = file(TEXT[:length])
        with pytest.raises(DataError, match=r"seed3\.csv"):
            read_rounds(path)


@pytest.mark.parametrize("rounds", [1, 3])
def test_other_number_of_rounds(file, rounds):
    assert f"holds 3 rows; expected rounds 0 to {rounds}" in refused(file(TEXT), rounds)


@pytest.mark.parametrize("order", [[0, 1, 1, 2], [0, 2, 3], [0, 1, 3, 2], [0, 1, 2, 3, 3], [0, 2]])
def test_rounds_each_once_and_in_order(file, order):
    assert "each once and in order" in refused(file("\n".join(LINES[i] for i in order) + "\n"))


def test_no_rounds_at_all(file):
    assert "column fl_iter has an empty" in refused(file(LINES[0] + "\n"), None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("backdoor_acc,raw_task_acc", "raw_task_acc,backdoor_acc"),
        ("wg_norm", "norm"),
        (",refused_ids", ",refused_ids,more"),
    ],
)
def test_columns_are_these_in_this_order(file, old, new):
    message = refused(file(TEXT.replace(old, new, 1)))
    assert new.replace(",", ", ") in message
    assert "expected fl_iter, main_task_acc, backdoor_acc" in message


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (",33.5,", ",,", "main_task_acc"),
        (",33.5,", ",nan,", "main_task_acc"),
        (",33.5,", ",many,", "main_task_acc"),
        ("3.74680209", "", "wg_norm"),
        (",0.125,", ",,", "noise_norm"),
    ],
)
def test_number_that_is_none_is_told_by_its_column(file, old, new, column):
    assert f"column {column} " in refused(file(TEXT.replace(old, new, 1)))


def test_missing_file(tmp_path):
    assert "not a readable CSV" in refused(tmp_path / "seed3.csv")


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "seed3.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert "not a readable CSV" in refused(path)


def test_a_task_without_classes_has_two_accuracies(file):
    def without_classes(line):
        return ",".join("" if p in (3, 6, 7) else f for p, f in enumerate(line.split(",")))

    lines = [LINES[0], *map(without_classes, LINES[1:])]
    table = read_rounds(file("\n".join(lines) + "\n"), 2)
    assert table["source_class_acc"].isna().all()
    lines[2] = LINES[2]
    assert "raw_task_acc is empty in round 0" in refused(file("\n".join(lines) + "\n"))


def test_accuracies_of_a_vote_may_follow(file):
    own = [",".join(VOTED_COLUMNS), "40,0", ",", "31,2.5"]
    lines = [f"{line},{further}" for line, further in zip(LINES, own, strict=True)]
    table = read_rounds(file("\n".join(lines) + "\n"), 2)
    assert list(table.columns) == [*ROUND_COLUMNS, *VOTED_COLUMNS]
    assert table["voted_task_acc"].tolist()[::2] == [40, 31]
    for wrong in ("131,2.5", ",2.5"):
        text = "\n".join([*lines[:-1], f"{LINES[-1]},{wrong}"]) + "\n"
        assert "voted_task_acc is outside 0 to 100 %, or empty" in refused(file(text))


def test_what_is_known_of_a_mark_may_follow(file):
    own = [",".join(MARK_COLUMNS), ",,", "97.5,97.5 - 4,1 - 0", ",,"]
    lines = [f"{line},{further}" for line, further in zip(LINES, own, strict=True)]
    table = read_rounds(file("\n".join(lines) + "\n"), 2)
    assert list(table.columns) == [*ROUND_COLUMNS, *MARK_COLUMNS]
    assert table["mark_accs"][1] == "97.5 - 4"
    wrong = "\n".join([*lines[:-1], f"{LINES[-1]},131,,"]) + "\n"
    assert "column mark_acc is outside 0 to 100 %" in refused(file(wrong))
