"""Lay out the sources of the site: pages of docs/, the notebook, a reference of the library."""

import argparse
import base64
import json
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edgecase.base import command

#: pages that lie elsewhere in the project, and their names in the site
_ELSEWHERE = {"config/README.md": "configuration.md", "CONTRIBUTING.md": "contributing.md"}
#: the executed notebook, and the name of its page
_NOTEBOOK, _NOTEBOOK_PAGE = Path("examples/a_run.ipynb"), "a-run"
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
    write_notebook(_NOTEBOOK, out, _NOTEBOOK_PAGE)
    for page in out.glob("*.md"):
        page.write_text(relinked(page.read_text(encoding="utf-8")), encoding="utf-8")
    (out / "api").mkdir()
    for room, title in _ROOMS.items():
        (out / "api" / f"{room}.md").write_text(f"# {title}\n\n::: edgecase.{room}\n")


def write_notebook(notebook: Path, out: Path, page: str) -> None:
    """Write a notebook as the page `page` in the folder `out`, with its images beside it."""
    parts = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                parts.append(f"```text\n{''.join(output['text']).rstrip()}\n```")
            elif image := output.get("data", {}).get("image/png"):
                name = f"{page}-{len(parts)}.png"
                (out / name).write_bytes(base64.b64decode("".join(image)))
                parts.append(f"![What the cell above draws]({name})")
    parts.append(f"This page is the notebook `{notebook.as_posix()}`, as it was executed.")
    (out / f"{page}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def relinked(text: str) -> str:
    """A page whose links lead to where the site has the pages."""
    for source, name in _ELSEWHERE.items():
        text = re.sub(rf"\]\((?:\.\./)?{re.escape(source)}(#[^)]*)?\)", rf"]({name}\1)", text)
    return re.sub(r"\]\((?:\.\./)?docs/", "](", text)


if __name__ == "__main__":
    command.run(main)
