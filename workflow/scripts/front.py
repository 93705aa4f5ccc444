"""Write the first page of the report from the claims and the records of the cells."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command
from edgecase.base.files import atomic_path
from edgecase.datasets.sources import load_sources
from edgecase.report import facts
from edgecase.report.claims import read_claims
from edgecase.report.front import caption_title, front_page
from edgecase.results.tables import read_starts


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True, help="name of the run")
    parser.add_argument("--about", default="", help="what a reader sees in the run")
    parser.add_argument("--configfiles", nargs="*", default=[], help="those given to Snakemake")
    parser.add_argument(
        "--claims", type=Path, nargs="?", help="the claims with verdicts (.csv), but of one figure"
    )
    parser.add_argument(
        "--records", required=True, type=Path, nargs="+", help="the cells' cell.json"
    )
    parser.add_argument("--timings", required=True, type=Path, nargs="+", help="their seconds")
    parser.add_argument("--starts", required=True, type=Path, nargs="+", help="records (.json)")
    parser.add_argument("--sources", required=True, type=Path, help="the downloads (.yaml)")
    parser.add_argument("--figures", required=True, type=Path, nargs="+", help="images (.png)")
    parser.add_argument("--captions", required=True, type=Path, nargs="+", help="one per figure")
    parser.add_argument("--pages", default=[], type=Path, nargs="*", help="other pages (.html)")
    parser.add_argument("--titles", default=[], nargs="*", help="one per page")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    for one, other in (("figures", "captions"), ("pages", "titles")):
        if len(getattr(arguments, one)) != len(getattr(arguments, other)):
            parser.error(f"--{one} and --{other} take the same number of values")

    page = front_page(
        run=arguments.run,
        about=arguments.about,
        configfiles=arguments.configfiles,
        claims=read_claims(arguments.claims) if arguments.claims else None,
        records=facts.read_records(arguments.records),
        starts=read_starts(arguments.starts),
        described=load_sources(arguments.sources),
        hours=facts.hours(arguments.timings),
        figures=[
            (path.as_posix(), f"{path.stem}: {caption_title(caption)}")
            for path, caption in zip(arguments.figures, arguments.captions, strict=True)
        ],
        pages=list(zip(map(Path.as_posix, arguments.pages), arguments.titles, strict=True)),
    )
    with atomic_path(arguments.out) as temporary:
        temporary.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command.run(main)
