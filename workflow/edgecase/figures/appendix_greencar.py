"""Appendix: green cars, which are no edge case, beside the Southwest planes, which are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import compare, style
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
TASKS = ("cifar10-southwest", "cifar10-greencar")


@figure("appendix-greencar")
def draw(table: pd.DataFrame) -> Figure:
    """Columns are tasks, rows backdoor and main accuracy under each defense.

    `table` is tidy. What is missing is stated. Raises `DataError` if a panel would mix cells.
    """
    absent = [style.task(task) for task in TASKS if task not in set(table["task"])]
    caption = [f"Not run here: {', '.join(absent)}."] if absent else []
    if "cifar10-greencar" in set(table["task"]):
        caption.append("Green cars are training images of CIFAR-10 itself: not an edge case.")
    return compare.draw(table, "appendix-greencar", caption, columns="task")
