import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from tests.figures.made_up import cell, texts

from edgecase import figures
from edgecase.base.errors import ConfigError, DataError
from edgecase.figures import page, style


@pytest.fixture(scope="module")
def table():
    """Everything above and below the panels at once: banner, long legend, notices, notes."""
    return pd.concat(
        [
            cell(task="standin-digits", standin=True, attack=attack, defense=defense, seeds=(0, 1))
            for attack in ("none", "blackbox", "pgd", "blackbox-replacement-prox")
            for defense in ("no-defense", "krum")
            if (attack, defense) != ("pgd", "krum")
        ]
    )


def one_cell(name, **kwargs):
    """A table that has the figure's parameters."""
    defense = "krum" if name == "fig6" else "no-defense"
    table = cell(defense=defense, **kwargs)
    return table.assign(**dict.fromkeys(figures.FIGURES[name].parameters, 4.0))


@pytest.mark.parametrize("name", figures.FIGURES)
def test_standin_mark_is_on_the_figure_and_on_every_panel(name):
    figure = figures.draw(name, one_cell(name, task="standin-planes", standin=True))
    assert f"{style.STANDIN_MARK}, not the paper's: standin-planes" in texts(figure).replace(
        "\n", " "
    )
    for axis in figure.axes:
        assert style.STANDIN_MARK in [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("name", ["ablation", "fig5"])
def test_real_data_is_not_marked(name):
    assert style.STANDIN_MARK not in texts(figures.draw(name, one_cell(name)))


def test_mixed_table_marks_the_standin_panels_only():
    table = pd.concat([cell(task="standin-planes", standin=True), cell(task="cifar10-greencar")])
    greencar, planes = figures.draw("fig4", table).axes[:2]
    marked = [[text.get_text() for text in axis.texts] for axis in (greencar, planes)]
    assert [style.STANDIN_MARK in found for found in marked] == [False, True]


@pytest.mark.parametrize("name", ["fig4", "fig5"])
def test_nothing_overlaps_or_leaves_the_page(name, table):
    if name == "fig4":
        table = table[(table["attack"] == "blackbox") & (table["defense"] == "krum")]
    figure = figures.draw(name, table)
    figure.draw_without_rendering()
    outside = [artist.get_window_extent() for artist in (*figure.texts, *figure.legends)]
    inside = [axis.get_tightbbox() for axis in figure.axes]
    page = figure.bbox
    for box in outside + inside:
        assert box.x0 >= page.x0 - 1
        assert box.x1 <= page.x1 + 1
        assert box.y0 >= page.y0 - 1
        assert box.y1 <= page.y1 + 1
    for number, box in enumerate(outside):
        for other in outside[number + 1 :] + inside:
            assert not box.overlaps(other)


def test_names_that_leave_no_room_are_refused():
    table = one_cell("fig3", task="planes " * 700, standin=True, seeds=(0, 1))
    with pytest.raises(DataError, match=r"take \d+\.\d inches, of \d+\.\d in all"):
        figures.draw("fig3", table)


def test_files_are_equal_byte_for_byte_and_embed_truetype(tmp_path):
    table = cell(task="standin-planes", standin=True, seeds=(0, 1))
    written = []
    for number in range(2):
        pdf, png = tmp_path / f"{number}.pdf", tmp_path / f"{number}.png"
        page.save(figures.draw("fig4", table), pdf=pdf, png=png)
        svg, caption = pdf.with_suffix(".svg"), pdf.with_suffix(".txt")
        written.append([path.read_bytes() for path in (pdf, png, svg, caption)])
    assert written[0] == written[1]
    pdf, png, svg, caption = written[0]
    assert svg.startswith(b"<?xml")
    assert b"<dc:date>" not in svg
    assert b"Norm difference: rounds with an attacker." in caption
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"CreationDate" not in pdf
    assert b"Software" not in png
    # IHDR: the width in pixels is that of one column at 200 dpi.
    assert int.from_bytes(png[16:20], "big") == round(style.width(wide=False) * 200)


def test_drawing_leaves_matplotlib_s_settings_alone(table):
    before = dict(mpl.rcParams)
    figures.draw("fig5", table)
    assert {**mpl.rcParams, "backend": before["backend"]} == before  # it resolves when first used


def contrast_to_white(color: str) -> float:
    """The ratio of WCAG 2.1, from the relative luminance of sRGB."""
    levels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in levels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_every_colour_stands_out_from_white():
    assert contrast_to_white("#ffffff") == 1
    entries = [*style.CASES.values(), *style.ATTACKS.values(), *style.MEASURES.values()]
    colors = [color for _, color, _ in entries]
    for color in (*colors, *style.ramp(7), style.GREY, style.PALE):
        assert contrast_to_white(color) >= 3, color


def test_a_configuration_s_style_holds_while_it_is_drawn():
    table = cell(attack="pgd", task="mnist-ardis")
    chosen = {"width": 5, "font_size": 9, "palette": {"pgd": "#123456"}}
    with style.using({"figure_style": chosen, "labels": {"mnist-ardis": "MNIST and ARDIS"}}):
        figure = figures.draw("fig5", table)
    axis = figure.axes[0]
    assert axis.lines[0].get_color() == "#123456"
    assert axis.get_ylabel() == "MNIST and ARDIS\nbackdoor (%)"
    assert figure.get_figwidth() == pytest.approx(0.48 * 5)
    assert axis.title.get_fontsize() == pytest.approx(7.5 * 9 / 7)
    plain = figures.draw("fig5", table).axes[0]
    assert plain.lines[0].get_color() == style.ATTACKS["pgd"][1]
    assert plain.get_ylabel() == "mnist-ardis\nbackdoor (%)"


def test_a_font_that_is_not_installed_is_refused():
    with (
        pytest.raises(ConfigError, match=r"figure_style.font: 'Kein Font' is not installed"),
        style.using({"figure_style": {"font": "Kein Font"}}),
    ):
        pass


def test_colours_and_line_styles_tell_every_curve_apart():
    for entries in (style.CASES, style.ATTACKS):
        looks = [(color, linestyle) for _, color, linestyle in entries.values()]
        assert len(set(looks)) == len(looks)


def test_unknown_figure_and_empty_table_are_refused(table):
    with pytest.raises(ConfigError, match=r"'fig99' is unknown; .*allowed: .*fig3, fig4, fig5"):
        figures.draw("fig99", table)
    with pytest.raises(DataError, match="fig4: its table holds no row"):
        figures.draw("fig4", table.iloc[:0])


def test_the_names_of_the_figures_are_read_without_what_draws_them():
    heavy = ("matplotlib", "pandas", "scipy", "torch")
    code = f"import edgecase.figures, sys; print([m for m in {heavy} if m in sys.modules])"
    path = {"PYTHONPATH": str(Path(figures.__file__).parents[2])}
    found = subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, text=True)
    assert found.stdout == "[]\n", found.stderr


def test_a_figure_registers_itself_once():
    registered = figures.figure("twice", parameters=("eps",))
    try:
        assert registered(lambda table: table)(3) == 3
        assert figures.FIGURES["twice"].parameters == ("eps",)
        with pytest.raises(ConfigError, match="figure 'twice' is registered twice"):
            registered(lambda table: table)
    finally:
        del figures.FIGURES["twice"]
