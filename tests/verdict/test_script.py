"""The scripts from cells' folders to the table and page, and from the table to the figure."""

import pandas as pd
import pytest
from tests.verdict.made_up import write

from edgecase.base.errors import DataError
from edgecase.verdict.judge import COLUMNS
from scripts import verdict_figure, verdict_table


def options(folder, cells):
    places = {
        **{"--csv": "results/verdict/t/krum.csv", "--markdown": "results/verdict/t/krum.md"},
        "--figure": "figures/verdict/t-krum.png",
    }
    paths = [text for option, path in places.items() for text in (option, str(folder / path))]
    return [
        "--defense",
        "krum",
        "--cells",
        *map(str, cells),
        "--configfiles",
        "a.yaml",
        "b.yaml",
        *paths,
    ]


def test_files(tmp_path):
    verdict_table.main(options(tmp_path, write(tmp_path / "cells", standin=True)))
    rows = pd.read_csv(tmp_path / "results/verdict/t/krum.csv")
    assert list(rows.columns) == list(COLUMNS)
    assert len(rows) == 16
    page = (tmp_path / "results/verdict/t/krum.md").read_text(encoding="utf-8")
    assert page.startswith(
        "# The verdict on `krum`: cifar10-southwest (fixed-freq-10, edge-case)\n"
    )
    assert "parameters: num_byzantine = 1." in page
    assert "\nsnakemake --cores all verdict --configfile a.yaml b.yaml --config " in page
    assert "](../../../figures/verdict/t-krum.png)" in page
    assert not (tmp_path / "figures").exists()


def test_the_figure_is_drawn_from_the_table(tmp_path):
    verdict_table.main(options(tmp_path, write(tmp_path / "cells", standin=True)))
    drawn = [tmp_path / f"figures/verdict/t-krum.{ending}" for ending in ("pdf", "png")]
    verdict_figure.main(
        [
            *("--defense", "krum", "--table", str(tmp_path / "results/verdict/t/krum.csv")),
            *("--pdf", str(drawn[0]), "--png", str(drawn[1])),
        ]
    )
    assert (tmp_path / "figures/verdict/t-krum.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "figures/verdict/t-krum.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_is_written_without_a_cell_to_compare_with(tmp_path):
    cells = [path for path in write(tmp_path / "cells") if "krum/none" not in path.as_posix()]
    with pytest.raises(DataError, match="/none/krum/default is missing"):
        verdict_table.main(options(tmp_path, cells))
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / "figures").exists()
