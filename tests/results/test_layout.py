"""Where the files of a run lie, as docs/results.md says and as patterns of the rules."""

from edgecase.results.cells import Cell
from edgecase.results.layout import AXES, Run

RUN = Run("demo")
CELL = Cell("mnist-ardis", "fixed-freq-10", "edge-case", "pgd", "krum", "default")
FOLDER = "mnist-ardis/fixed-freq-10/edge-case/pgd/krum/default"


def test_files_of_a_cell():
    assert RUN.cell_files(CELL, [3]) == [
        f"results/demo/cells/{FOLDER}/cell.json",
        f"results/demo/cells/{FOLDER}/seed3.csv",
        f"results/demo/cells/{FOLDER}/seed3.timing.csv",
    ]
    assert RUN.state(CELL) == f"results/demo/state/{FOLDER}"
    assert RUN.finished(CELL) == f"results/demo/finished/{FOLDER}"
    assert RUN.log("cells", CELL) == f"results/demo/logs/cells/{FOLDER}.log"


def test_a_pattern_filled_in_is_the_file():
    axes = dict(zip(Cell.__dataclass_fields__, FOLDER.split("/"), strict=True))
    assert RUN.record(AXES).format(**axes) == RUN.record(CELL)
    pattern = RUN.poison("{task}", "{case}", "{variant}", "{seed}")
    filled = pattern.format(task="t", case="edge-case", variant="default", seed=1)
    assert filled == RUN.poison("t", "edge-case", "default", 1)
    assert filled == "results/demo/poison/t/edge-case/default/seed1.npz"


def test_figures_lie_apart_from_results():
    assert RUN.figure("fig4", "pdf") == "figures/demo/fig4.pdf"
    assert RUN.verdict("t", "krum", "png") == "figures/demo/verdict/t-krum.png"
    assert RUN.verdict("t", "krum", "md") == "results/demo/verdict/t/krum.md"
    assert RUN.calibration(on_cluster=True) == "results/demo/calibration-cluster.json"
