import json

import pandas as pd
import pytest
from tests.figures.made_up import cell, evaluated, rounds_table, write_cell

from edgecase.base.errors import DataError
from edgecase.results.tables import TIDY_COLUMNS, read_starts, read_tidy, tidy
from scripts import collect, figure


def test_cells_and_seeds_are_gathered_as_they_are(tmp_path):
    first = write_cell(tmp_path / "a", seeds=(0, 3), backdoor=40.0)
    second = write_cell(tmp_path / "b", seeds=(0,), case="normal-case", standin=True)
    table = tidy([first, second])
    expected = pd.concat(
        [cell(seeds=(0, 3), backdoor=40.0), cell(case="normal-case", standin=True)]
    )
    assert tuple(table.columns) == TIDY_COLUMNS
    checked = ["standin", "case", "seed", "fl_iter", "backdoor_acc", "attacker_accepted"]
    pd.testing.assert_frame_equal(
        table[checked], expected[checked].reset_index(drop=True), check_dtype=False
    )


def test_table_survives_its_file_and_draws(tmp_path):
    folder = write_cell(tmp_path / "a", seeds=(0, 1), slope=1.5)
    out = tmp_path / "tables" / "fig4.csv"
    collect.main(["--cells", str(folder), "--out", str(out)])
    table = read_tidy(out)
    pd.testing.assert_frame_equal(table, tidy([folder]), check_dtype=False)
    pdf, png = tmp_path / "f" / "fig4.pdf", tmp_path / "f" / "fig4.png"
    figure.main(["--name", "fig4", "--table", str(out), "--pdf", str(pdf), "--png", str(png)])
    assert pdf.read_bytes().startswith(b"%PDF")
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_task_without_classes_stands_beside_one_with_classes(tmp_path):
    of_classes = ["raw_task_acc", "source_class_acc", "target_class_acc"]
    table = pd.concat([cell(), cell(task="words").assign(**dict.fromkeys(of_classes))])
    path = tmp_path / "fig5.csv"
    table.to_csv(path, index=False)
    found = read_tidy(path).groupby("task")[of_classes].count()
    assert not found.loc["words"].any()
    lacking = table.reset_index(drop=True)
    lacking.loc[0, "raw_task_acc"] = None
    lacking.to_csv(path, index=False)
    with pytest.raises(DataError, match="raw_task_acc is empty in round 0"):
        read_tidy(path)


def cut_rows(text):
    return "".join(text.splitlines(keepends=True)[:-3])


def cut_in_the_last_column(text):
    return text[: -len("2,\n")]


def drop_a_round(text):
    lines = text.splitlines(keepends=True)
    return "".join(lines[:5] + lines[6:])


def spoil_a_number(text):
    return text.replace(",90.0,", ",ninety,", 1)


def rename_a_column(text):
    return text.replace("backdoor_acc", "backdoor", 1)


@pytest.mark.parametrize(
    "damage",
    [
        cut_rows,
        cut_in_the_last_column,
        drop_a_round,
        spoil_a_number,
        rename_a_column,
        lambda text: "",
    ],
)
def test_incomplete_csv_is_refused_by_name_and_nothing_is_written(tmp_path, damage):
    folder = write_cell(tmp_path / "a", seeds=(0, 7))
    path = folder / "seed7.csv"
    path.write_text(damage(path.read_text()))
    with pytest.raises(DataError, match=r"a/seed7\.csv"):
        collect.main(["--cells", str(folder), "--out", str(tmp_path / "fig4.csv")])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a"]


def write_evaluated(folder, every):
    """A cell evaluated every so-many-th of its 20 rounds."""
    written = write_cell(folder, parameters={"evaluate_every": every})
    rows = evaluated(rounds_table(), every).astype({"attacker_accepted": "Int64"})
    rows.to_csv(written / "seed0.csv", index=False, lineterminator="\n")
    return written


def test_rounds_that_are_not_evaluated_stay_empty_in_the_table_and_its_file(tmp_path):
    folder, out = write_evaluated(tmp_path / "a", 8), tmp_path / "fig4.csv"
    collect.main(["--cells", str(folder), "--out", str(out)])
    table = read_tidy(out)
    assert table.loc[table["backdoor_acc"].notna(), "fl_iter"].tolist() == [0, 8, 16, 20]
    assert table["adv_norm_diff"].notna().all()


def test_audits_of_a_seed_are_columns_like_parameters(tmp_path):
    folder = write_cell(tmp_path / "cell", seeds=(0, 3))
    record = json.loads((folder / "cell.json").read_text())
    record["audits"] = {"3": {"names_added": 12.5}}
    (folder / "cell.json").write_text(json.dumps(record))
    table = tidy([folder], ("audits.names_added", "audits.names_removed"))
    assert set(table.loc[table["seed"] == 3, "audits.names_added"]) == {12.5}
    assert table.loc[table["seed"] == 0, "audits.names_added"].isna().all()
    assert table["audits.names_removed"].isna().all()


def test_missing_seed_is_refused_by_name(tmp_path):
    folder = write_cell(tmp_path / "a", seeds=(0, 7))
    (folder / "seed7.csv").unlink()
    with pytest.raises(DataError, match=r"seed7\.csv"):
        tidy([folder])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": []}, r"seeds is \[\]"),
        ({"standin": "no"}, "standin is 'no'; expected a bool"),
        ({"task": None}, "task is None; expected a str"),
        ({"parameters": {}}, "parameters.rounds is None; expected a whole number from 1"),
    ],
)
def test_bad_description_is_refused_by_key(tmp_path, change, message):
    path = write_cell(tmp_path / "a") / "cell.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DataError, match=message):
        tidy([path.parent])


def test_absent_or_broken_description_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"nowhere/cell\.json"):
        tidy([tmp_path / "nowhere"])
    folder = write_cell(tmp_path / "a")
    (folder / "cell.json").write_text("{")
    with pytest.raises(DataError, match=r"a/cell\.json"):
        tidy([folder])


def test_cell_given_twice_is_refused(tmp_path):
    folders = [write_cell(tmp_path / name) for name in "ab"]
    with pytest.raises(DataError, match="is already given by"):
        tidy(folders)


def test_no_cell_is_refused():
    with pytest.raises(DataError, match="no cell directory"):
        tidy([])


def test_foreign_table_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("standin,task\nTrue,a\n")
    with pytest.raises(DataError, match=r"x\.csv"):
        read_tidy(path)


def test_starts_are_read_by_task_and_variant(tmp_path):
    for task, variant in (("a", "default"), ("a", "wide"), ("b", "default")):
        (tmp_path / task).mkdir(exist_ok=True)
        (tmp_path / task / f"{variant}.json").write_text(json.dumps({"norm": len(variant)}))
    found = read_starts(tmp_path.rglob("*.json"))
    assert found == {
        "a": {"default": {"norm": 7}, "wide": {"norm": 4}},
        "b": {"default": {"norm": 7}},
    }
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(DataError, match=r"broken\.json"):
        read_starts([broken])
