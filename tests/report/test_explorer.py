"""The explorer: what it holds of the cells, and that it stays small and alone."""

import base64
import gzip
import json
import re

import pandas as pd
import pytest
from tests.report.made_up import MARKUP
from tests.report.reading import Page

from edgecase.report import explorer
from edgecase.report.explorer import explorer_page, read_curves
from edgecase.results.rounds import CELL_AXES, ROUND_COLUMNS


@pytest.fixture
def folder(tmp_path):
    axes = dict(zip(CELL_AXES, ("a", "b", "c", "pgd", "krum", "d"), strict=True))
    record = axes | {
        **{"standin": True, "seeds": [7], "command": MARKUP},
        "parameters": {"rounds": 2, "evaluate_every": 1, "defense": {"name": "krum"}},
    }
    (tmp_path / "cell.json").write_text(json.dumps(record))
    rounds = pd.DataFrame({name: [0.0] * 3 for name in ROUND_COLUMNS}).astype(object)
    rounds["fl_iter"] = [0, 1, 2]
    rounds["client_ids"] = ["", "-1 4 10", "3 4"]
    rounds["refused_ids"] = ["", "10 -1", ""]
    rounds["diverged_ids"] = ""
    rounds["attacker_accepted"] = ["", 0, ""]
    rounds["backdoor_acc"] = [0, 33.33333, 20]
    rounds.to_csv(tmp_path / "seed7.csv", index=False)
    return tmp_path


def held(page, name):
    (packed,) = re.findall(rf'(?s)id="{name}">([A-Za-z0-9+/=]*)</script>', page)
    return gzip.decompress(base64.b64decode(packed)).decode()


def test_a_cell_has_its_axes_and_the_clients_that_were_kept(folder):
    (cell,) = read_curves([folder])
    assert cell["axes"] == ["a", "b", "c", "pgd", "krum", "d"]
    seed = cell["seeds"]["7"]
    assert seed["accepted"] == ["", "4", "3 4"]
    assert seed["attacker_accepted"] == [None, 0, None]
    assert seed["backdoor_acc"] == [0, 33.33, 20]


def test_the_page_holds_cells_and_drawing_and_fetches_nothing(folder):
    cells = read_curves([folder])
    page = explorer_page(MARKUP, cells, "draw('</script>')")
    assert held(page, "vega") == "draw('</script>')"
    assert json.loads(held(page, "cells")) == {"axes": list(CELL_AXES), "cells": cells}
    read = Page(page)
    assert "u" not in read.tags
    assert "STAND-IN DATA" in read.text
    assert not any({"src", "href"} & set(attributes) for _, attributes in read.attributes)


def test_a_large_run_is_thinned_and_the_page_says_so(folder, monkeypatch):
    cells = read_curves([folder])
    whole = len(explorer_page("run", cells, ""))
    seed = cells[0]["seeds"]["7"]
    longer = {name: [*values * 4000, values[-1]] for name, values in seed.items()}
    longer["fl_iter"] = list(range(12001))
    monkeypatch.setattr(explorer, "MOST_BYTES", whole + 4000)
    page = explorer_page("run", [cells[0] | {"seeds": {"7": longer}}], "")
    (every,) = map(int, re.findall(r"one round of (\d+),", Page(page).text))
    (kept,) = json.loads(held(page, "cells"))["cells"]
    rounds = kept["seeds"]["7"]["fl_iter"]
    assert len(page) <= whole + 4000
    assert rounds == [*range(0, 12000, every), 12000]
