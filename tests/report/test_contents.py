"""What the report lists follows from the figures of the run."""

from edgecase.report.contents import Contents


def test_a_run_without_figures_has_its_tables():
    contents = Contents([])
    assert contents.tables == ["summary", "hyperparameters"]
    assert contents.pages == ["claims", "summary", "measures", "hyperparameters"]


def test_tables_that_are_made_from_a_figure_come_with_it():
    contents = Contents(["fig6", "ablation"], densities=True)
    assert contents.tables == ["summary", "hyperparameters", "tab1", "ablation-effects"]
    assert contents.with_table == ["fig2", "fig6", "ablation"]


def test_categories_titles_and_labels():
    contents = Contents(["fig4", "appendix-prox"])
    names = ("claims", "fig4", "appendix-prox", "summary")
    assert [contents.category(name)[0] for name in names] == ["1", "2", "3", "4"]
    assert contents.title("fig4") == "Numbers of fig4"
    assert contents.labels("fig4", "numbers") == {"figure": "fig4", "view": "numbers"}
    assert contents.labels("summary", "whole CSV") == {
        "table": "Summary of every cell",
        "view": "whole CSV",
    }
