"""Lay out the sources of the site: the pages of docs/, and a reference of the library."""

import argparse
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command

#: pages that lie elsewhere in the project, and their names in the site
_ELSEWHERE = {"config/README.md": "configuration.md", "CONTRIBUTING.md": "contributing.md"}
#: the rooms that somebody writes code against
_ROOMS = {
    "defenses": "Defenses",
    "attacks": "Attacks",
    "models": "Models",
    "datasets": "Data sets",
    "population": "Clients and poisoned sets",
    "federation": "The round",
    "claims": "Claims",
    "figures": "Figures",
    "base": "Base",
}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder, written anew")
    out = parser.parse_args(argv).out
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree("docs", out, ignore=shutil.ignore_patterns("captions"))
    for source, name in _ELSEWHERE.items():
        shutil.copyfile(source, out / name)
    for page in out.glob("*.md"):
        page.write_text(relinked(page.read_text(encoding="utf-8")), encoding="utf-8")
    (out / "api").mkdir()
    for room, title in _ROOMS.items():
        (out / "api" / f"{room}.md").write_text(f"# {title}\n\n::: edgecase.{room}\n")


def relinked(text: str) -> str:
    """A page whose links lead to where the site has the pages."""
    for source, name in _ELSEWHERE.items():
        text = re.sub(rf"\]\((?:\.\./)?{re.escape(source)}(#[^)]*)?\)", rf"]({name}\1)", text)
    return re.sub(r"\]\((?:\.\./)?docs/", "](", text)


if __name__ == "__main__":
    command.run(main)
