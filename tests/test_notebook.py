"""The notebook: its cells run in a clone, print what it shows, and make a page of the site."""

import contextlib
import io
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from scripts.site import relinked, write_notebook

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "examples" / "a_run.ipynb"


@pytest.fixture(scope="module")
def cells():
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_its_cells_print_what_it_shows(cells, monkeypatch):
    monkeypatch.chdir(NOTEBOOK.parent)
    plt.switch_backend("agg")
    names = {}
    for number, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
        streams = [out for out in cell["outputs"] if out["output_type"] == "stream"]
        assert printed.getvalue() == "".join("".join(out["text"]) for out in streams)
        images = [out for out in cell["outputs"] if "image/png" in out.get("data", {})]
        assert len(images) == len(plt.get_fignums())
        plt.close("all")


def test_it_is_small_and_of_no_machine(cells):
    assert NOTEBOOK.stat().st_size < 150_000
    text = "".join(line for cell in cells for line in cell["source"])
    assert re.findall(r"(?<![\w.])/(?:work|root|home|tmp|Users)\b", text) == []
    assert not [out for cell in cells for out in cell.get("outputs", []) if "ename" in out]


def test_its_page_has_its_text_code_outputs_and_image(cells, tmp_path):
    write_notebook(NOTEBOOK, tmp_path, "a-run")
    page = (tmp_path / "a-run.md").read_text()
    for cell in cells:
        assert "".join(cell["source"]) in page
    (image,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page)
    assert (tmp_path / image).read_bytes().startswith(b"\x89PNG")
    assert "backdoor_acc  main_task_acc\n" in page
    links = re.findall(r"\]\(([^)]+\.md)\)", relinked(page))
    assert links
    assert all((ROOT / "docs" / link).is_file() for link in links)
