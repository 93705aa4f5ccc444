"""List what Snakemake's report shows of a run: its pages, their titles and their categories."""

from collections.abc import Sequence
from dataclasses import dataclass

_TITLES = {
    "claims": "Claims of the paper, test by test",
    "summary": "Summary of every cell",
    "measures": "Measures of every cell and seed",
    "tab1": "Table 1: fairness in numbers",
    "ablation-effects": "What each switch changes",
    "hyperparameters": "Hyper-parameters used and reported",
}
#: the figure behind each table that is made from one.
_MADE_FROM = {"tab1": "fig6", "ablation-effects": "ablation"}
EXPLORER = "Explorer: the curves of any cell, its parameters, its command"
PROVENANCE = "Provenance: versions, digests, commands"


@dataclass(frozen=True)
class Contents:
    """What a run that draws the `figures` has; `densities` says whether figure 2 is one more."""

    figures: Sequence[str]
    densities: bool = False

    @property
    def tables(self) -> list[str]:
        """The tables over cells, besides those of the figures."""
        made = [name for name, figure in _MADE_FROM.items() if figure in self.figures]
        return ["summary", "hyperparameters", *made]

    @property
    def titles(self) -> dict[str, str]:
        """The pages of tables and their titles, in order."""
        shown = {"claims", "measures", *self.tables}
        return {name: title for name, title in _TITLES.items() if name in shown}

    @property
    def with_table(self) -> list[str]:
        """The figures that are drawn from a table: figure 1 shows images."""
        return [*(["fig2"] if self.densities else []), *self.figures]

    @property
    def pages(self) -> list[str]:
        """Every page that shows a table."""
        return [*self.titles, *self.with_table]

    def title(self, page: str) -> str:
        return self.titles.get(page, f"Numbers of {page}")

    def category(self, name: str) -> str:
        """Where the report lists a figure or a table; the numbers put the categories in order."""
        if name == "claims":
            return "1 Claims"
        if name in self.titles:
            return "4 Tables"
        return "2 Figures" if name.startswith("fig") else "3 Appendix and ablation"

    def labels(self, page: str, view: str) -> dict[str, str]:
        """How the report lists the `view` of what a page shows, a table or a figure."""
        kind = "table" if page in self.titles else "figure"
        return {kind: self.titles.get(page, page), "view": view}
