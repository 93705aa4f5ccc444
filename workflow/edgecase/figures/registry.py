"""The table of figures: what each file of this folder registers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgecase.base.errors import ConfigError
from edgecase.figures.style import styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Draw = Callable[["pd.DataFrame"], "Figure"]


@dataclass(frozen=True)
class Entry:
    """A figure of cells: what draws its tidy table, and the parameters that the table needs.

    Each parameter is a dotted path into the parameters of `cell.json` and a column of the table;
    one that is called as a round column, such as `num_clients`, begins with `parameters.`.
    """

    draw: Draw
    parameters: tuple[str, ...] = ()


FIGURES: dict[str, Entry] = {}


def figure(name: str, parameters: Sequence[str] = ()) -> Callable[[Draw], Draw]:
    """A decorator that makes `draw(table)` known under `name`, and runs it in the shared style."""

    def register(draw: Draw) -> Draw:
        if name in FIGURES:
            raise ConfigError(f"figure '{name}' is registered twice")
        drawn = styled(draw)
        FIGURES[name] = Entry(drawn, tuple(parameters))
        return drawn

    return register
