"""The claims table as the report shows it."""

import pytest
from tests.report.made_up import CLAIMS, claims

from edgecase.base.errors import DataError
from edgecase.claims.table import COLUMNS
from edgecase.report.claims import by_test, overview, read_claims


@pytest.fixture
def table(tmp_path):
    claims(*CLAIMS).to_csv(tmp_path / "claims.csv", index=False)
    return read_claims(tmp_path / "claims.csv")


def test_a_line_per_claim_with_all_its_tests(table):
    lines = overview(table).to_dict("records")
    assert [line["claim"] for line in lines] == ["order", "zero", "tweets"]
    assert [line["verdict"] for line in lines] == ["holds", "fails", "not run"]
    assert lines[0]["measured"] == "100 over 50: 12.25 [8.5, 16]\n50 over 10: 7 [1, 13]"
    assert [line["measured"] for line in lines[1:]] == ["31", "–"]
    assert [line["task"] for line in lines] == ["cifar10-southwest", "emnist-ardis", "task4"]
    assert lines[0]["reported"] == "– (code)"
    assert lines[1]["reported"] == "near 0 (reported, unverified)"


def test_a_task_on_standin_data_is_marked(table):
    lines = overview(table.assign(standin=["True", "True", "False", ""]))
    assert lines["task"].tolist() == ["cifar10-southwest (stand-in)", "emnist-ardis", "task4"]


def test_a_row_per_test_keeps_both_verdicts(table):
    rows = by_test(table.assign(part_verdict=["holds", "undecided", "fails", ""]))
    assert rows["verdict"].tolist() == ["holds", "undecided", "fails", ""]
    assert rows["claim_verdict"].tolist() == ["holds", "holds", "fails", "not run"]
    assert rows["measured"].tolist() == ["12.25 [8.5, 16]", "7 [1, 13]", "31", "–"]
    assert set(COLUMNS) - set(rows.columns) == {
        *("standin", "part_verdict", "value", "low", "high", "p", "p_opposite")
    }


def test_another_table_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("claim,verdict\na,holds\n")
    with pytest.raises(DataError, match=r"claims\.csv: its columns are claim, verdict"):
        read_claims(path)
    claims(CLAIMS[0] | {"value": "much"}).to_csv(path, index=False)
    with pytest.raises(DataError, match=r"claims\.csv: a value is no number"):
        read_claims(path)
