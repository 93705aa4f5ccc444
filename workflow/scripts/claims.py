"""Judge the paper's claims on a run, as CSV and Markdown."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase import claims, densities
from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.claims.measured import Measured, read_measures
from edgecase.claims.table import tabulate, to_markdown
from edgecase.claims.verdict import judge


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", required=True, type=Path, help="the claims (YAML)")
    parser.add_argument("--measures", required=True, type=Path, help="table of measures (CSV)")
    parser.add_argument("--densities", type=Path, help="table of log-densities (CSV)")
    parser.add_argument(
        "--roles", required=True, type=command.json_object, help="the key `claims`, JSON"
    )
    parser.add_argument(
        "--configfiles", nargs="*", default=[], help="of the run, for the printed commands"
    )
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    arguments = parser.parse_args(argv)

    listed = claims.load(arguments.claims)
    claims.check_roles(arguments.roles)
    shares = None
    if arguments.densities:
        shares = densities.below_share(densities.read(arguments.densities))
    measured = Measured(read_measures(arguments.measures), shares)
    judged = [judge(claim, arguments.roles, measured) for claim in listed]
    needed = claims.cells_needed(listed, arguments.roles, measured.cells)
    table = tabulate(judged, needed, arguments.configfiles)
    with atomic_path(arguments.csv) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
    with atomic_path(arguments.markdown) as temporary:
        temporary.write_text(to_markdown(table), encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
