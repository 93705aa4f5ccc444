"""The captions of the report: one for each figure, which a reader understands alone."""

from pathlib import Path

import pytest

from edgecase.figures import FIGURES
from edgecase.report.front import caption_title

TABLES = ("claims", "summary", "measures", "tab1", "ablation-effects", "hyperparameters")
CAPTIONS = Path(__file__).parents[2] / "docs" / "captions"


@pytest.mark.parametrize("name", ["fig1", "fig2", *FIGURES])
def test_a_figure_has_a_caption_with_a_title(name):
    text = (CAPTIONS / f"{name}.rst").read_text(encoding="utf-8")
    assert len(text.split()) > 30
    assert len(caption_title(CAPTIONS / f"{name}.rst")) < 140


@pytest.mark.parametrize("name", [*TABLES, "fig2", *FIGURES])
def test_a_caption_that_is_included_has_no_template_in_it(name):
    # Jinja renders the captions that include it, not what they include: it would be shown as it is.
    assert "{{" not in (CAPTIONS / f"{name}.rst").read_text(encoding="utf-8")
