"""Tidy tables to figures: one module per figure, one shared style, one registry.

To add a figure that draws a tidy table, write a module with `draw(table) -> Figure` and name it in
`FIGURES`. Figure 1 draws images and figure 2 densities; their own scripts call them. Importing this
package loads neither pandas nor matplotlib, so the Snakefile can read the names.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.names import unknown_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Spec:
    """A figure of cells: the module with its `draw`, and the parameters its table needs.

    Each parameter is a dotted path into the parameters of `cell.json` and a column of the table;
    one that is called as a round column, such as `num_clients`, begins with `parameters.`.
    """

    module: str
    parameters: tuple[str, ...] = ()


_SWITCHES = (
    "orientation",
    "transforms",
    "radius_decay",
    "multi_krum_counts",
    "p_study",
    "pool_assumptions",
    "edge_sample_weight",
)

FIGURES = {
    "fig3": Spec("edgecase.figures.fig3", ("poison.edge", "poison.clean")),
    "fig4": Spec("edgecase.figures.fig4"),
    "fig5": Spec("edgecase.figures.fig5"),
    "fig5-pool": Spec("edgecase.figures.fig5", ("parameters.num_clients",)),
    "fig5-radius": Spec("edgecase.figures.radius", ("eps",)),
    "fig6": Spec(
        "edgecase.figures.fig6", ("seated_client", "defense.stddev", "defense.norm_bound")
    ),
    "fig7": Spec("edgecase.figures.fig7", ("parameters.num_clients",)),
    "fig8": Spec("edgecase.figures.fig8", ("model.name", "model.width")),
    "appendix-sigma": Spec("edgecase.figures.appendix_sigma", ("defense.stddev", "seated_client")),
    "appendix-bound": Spec("edgecase.figures.appendix_bound", ("defense.norm_bound",)),
    "appendix-adaptive": Spec("edgecase.figures.appendix_adaptive"),
    "appendix-prox": Spec("edgecase.figures.appendix_prox"),
    "appendix-greencar": Spec("edgecase.figures.appendix_greencar"),
    "ablation": Spec(
        "edgecase.figures.ablation",
        (*(f"switches.{name}" for name in _SWITCHES), "batch_size"),
    ),
}


def draw(name: str, table: "pd.DataFrame") -> "Figure":
    """Figure `name` of a tidy table.

    Raises `ConfigError` if it is unknown, `DataError` if the table is empty or lacks a column.
    """
    if problem := unknown_name(name, FIGURES):
        raise ConfigError(f"figure: {problem}")
    if table.empty:
        raise DataError(f"{name}: its table holds no row")
    if missing := [column for column in FIGURES[name].parameters if column not in table]:
        raise DataError(f"{name}: its table lacks the columns {', '.join(missing)}")
    return importlib.import_module(FIGURES[name].module).draw(table)
