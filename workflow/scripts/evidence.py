"""Keep a run's finished cells in evidence/, go on from them, or draw their figures again."""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import claims, config, densities, figures
from edgecase.analysis import printed
from edgecase.analysis.summary import measures_of, summarise, to_markdown
from edgecase.base import command
from edgecase.base.durations import duration
from edgecase.base.files import atomic_path
from edgecase.claims import looks
from edgecase.claims.beside import beside
from edgecase.claims.measured import Measured
from edgecase.claims.table import tabulate
from edgecase.claims.table import to_markdown as claims_to_markdown
from edgecase.claims.verdict import judge
from edgecase.figures import fig2, page, style
from edgecase.results.cells import DEFAULT, all_cells, expand
from edgecase.results.layout import Run
from edgecase.results.rounds import read_timing
from edgecase.results.tables import tidy
from edgecase.sharing import evidence

FOLDER = Path("evidence")
#: where the page has what is written anew, by name.
_BLOCK = "(<!-- {} -->\n).*?(<!-- end -->)"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["keep", "offer", "draw"])
    parser.add_argument("--configfiles", nargs="+", default=[], help="of the run: keep, offer")
    parser.add_argument("--project", type=Path, default=Path(), help="where the run's results lie")
    parser.add_argument("--out", type=Path, default=FOLDER / "drawn", help="of draw")
    parser.add_argument("--page", type=Path, help="of draw: its table of verdicts is written anew")
    arguments = parser.parse_args(argv)

    if arguments.action == "draw":
        found = [_draw(run, arguments.out / run) for run in evidence.runs(FOLDER)]
        found = sorted(found, key=attrgetter("attacks"))
        verdicts = beside({one.heading: one.judged for one in found})
        curve = printed.to_markdown({one.run: one.curve for one in found if one.curve is not None})
        _write(arguments.out / "claims.md", f"# The claims, by run\n\n{verdicts}")
        _write(
            arguments.out / "printed.md", f"# The curve that the authors print, by run\n\n{curve}"
        )
        if arguments.page is not None:
            page_text = arguments.page.read_text(encoding="utf-8")
            for name, text in (("verdicts", verdicts), ("printed", curve)):
                page_text = _put(page_text, name, text)
            _write(arguments.page, page_text)
        return
    run_config = config.load(*arguments.configfiles)
    run = run_config["run"]
    if arguments.action == "offer":
        count = evidence.offer(FOLDER, run, arguments.project)
        print(f"{count} finished seeds of the run '{run}' are at hand for its cells")
        return
    asked = ["git", "-C", str(arguments.project), "rev-parse", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    new = evidence.keep(run_config, arguments.configfiles, commit, arguments.project, FOLDER)
    print(f"{FOLDER / run}: {len(new)} new cells")


def _put(text: str, name: str, new: str) -> str:
    """`text` with `new` in its block called `name`."""
    return re.sub(
        _BLOCK.format(name), lambda block: block[1] + new + block[2], text, flags=re.DOTALL
    )


class Drawn(NamedTuple):
    """A run, the attacks of its usual cell, a heading, its judged claims, and figure 4's curves.

    The time in the heading is that of all rounds one after the other; `curve` is the table of
    `printed.beside`, if any of figure 4 is there.
    """

    run: str
    attacks: float
    heading: str
    judged: pd.DataFrame
    curve: pd.DataFrame | None


def _draw(run: str, out: Path) -> Drawn:
    """Figures, measures, summary and claims of what a run's evidence holds, into `out`."""
    about = evidence.about(FOLDER, run)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        cells = evidence.unpack(FOLDER, run, project)
        where = {cell: project / Run(run).cell(cell) for cell in cells}
        log_densities, log = project / Run(run).table("fig2"), project / Run(run).looks
        shares = curve = None
        with style.using(style.looks_of(about["config"])):
            if log_densities.exists():
                table = densities.read(log_densities)
                shares = densities.below_share(table)
                _save(fig2.draw(table), out / "fig2")
            for name, blocks in about["config"]["figures"].items():
                if shown := [where[cell] for cell in expand(blocks) if cell in where]:
                    table = tidy(shown, list(figures.FIGURES[name].parameters))
                    _save(figures.draw(name, table), out / name)
                    if name == "fig4":
                        own = printed.repeating(table[table["override"] == DEFAULT])
                        curve = printed.beside(own)
        reached = measures_of(where.values())
        seconds = sum(map(_seconds, project.rglob("*.timing.csv")))
        last = looks.last(pd.read_csv(log)) if log.exists() else {}
    attacks = reached.loc[reached["attack"] != "none", "attacks"].median()
    held = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
    heading = f"{run}: {held}, {attacks:.0f} attacks, {duration(seconds)}"
    return Drawn(run, attacks, heading, _tables(reached, shares, last, about, out), curve)


def _seconds(path: Path) -> float:
    return read_timing(path).set_index("fl_iter").to_numpy().sum()


def _save(figure: Figure, path: Path) -> None:
    page.save(figure, pdf=path.with_suffix(".pdf"), png=path.with_suffix(".png"))
    print(path.with_suffix(".png"))


def _tables(
    reached: pd.DataFrame,
    shares: pd.DataFrame | None,
    last: Mapping[str, Mapping],
    about: Mapping[str, Any],
    out: Path,
) -> pd.DataFrame:
    """Write what was measured, and give the judged claims: at their last look, if any was taken."""
    roles, whole = about["config"]["claims"], Measured(reached, shares)
    run = all_cells(about["config"])
    judged = []
    for claim in claims.load("config/claims.yaml"):
        measured = whole
        if claim.id in last:
            look = last[claim.id]
            seeds = looks.listed(about["config"]["seeds"], look["most"])[: look["seeds"]]
            measured = looks.measured_at(reached, seeds, look["error"], shares)
        judged.append(judge(claim, roles, measured, run))
    found = tabulate(judged, {}, about["configfiles"])
    summary = summarise(reached)
    texts = {
        "measures.csv": reached.to_csv(index=False, float_format="%.6g", lineterminator="\n"),
        "summary.csv": summary.to_csv(index=False, float_format="%.6g", lineterminator="\n"),
        "summary.md": to_markdown(summary),
        "claims.csv": found.to_csv(index=False, float_format="%.6g", lineterminator="\n"),
        "claims.md": claims_to_markdown(found),
    }
    for name, text in texts.items():
        _write(out / name, text)
    return found


def _write(path: Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
