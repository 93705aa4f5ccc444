"""Who imports whom in the library, against the table of docs/structure.md."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "workflow" / "edgecase"
SCRIPTS = ROOT / "workflow" / "scripts"
GROUND = {"documents", "errors", "files", "randomness", "parameters"}


def imported(path, package):
    """Every module a file imports anywhere in it, and every module it names in a string.

    `package` is the dotted package the file lies in. Of `from a import b` it is a.b, which may be a
    module itself.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"^(edgecase(?:\.\w+)+)(?::\w+)?$", node.value))
    return found


def files_of(room):
    package = LIBRARY / room
    return sorted(package.rglob("*.py")) if package.is_dir() else [LIBRARY / f"{room}.py"]


def package_of(path):
    return ".".join(path.parent.relative_to(LIBRARY.parent).parts)


def library_imports(room):
    """What a room imports of the library's other rooms, without the leading `edgecase.`."""
    found = set()
    for path in files_of(room):
        for name in imported(path, package_of(path)):
            parts = name.split(".")
            if parts[0] == "edgecase" and len(parts) > 1 and parts[1] != room:
                found.add(".".join(parts[1:]))
    return found


def rooms():
    names = {path.name for path in LIBRARY.iterdir() if (path / "__init__.py").exists()}
    return names | {path.stem for path in LIBRARY.glob("*.py") if path.stem != "__init__"}


def table():
    """room → what it may import, as documented."""
    text = (ROOT / "docs" / "structure.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): set(re.findall("`([a-z_.]+)`", row[2])) for row in rows}


def test_every_room_is_in_the_table():
    assert table().keys() == rooms()


@pytest.mark.parametrize("room", sorted(rooms()))
def test_a_room_imports_what_the_table_allows(room):
    allowed = table()[room]
    modules = {
        name
        for name in library_imports(room)
        if not any(name == other or name.startswith(f"{other}.") for other in allowed)
    }
    assert modules == set()


def test_no_import_goes_upward():
    graph = {room: {name.split(".")[0] for name in allowed} for room, allowed in table().items()}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert order.index("datasets") < order.index("federation") < order.index("authors_cli")


def test_the_walls_that_do_not_move():
    allowed = table()
    assert allowed["datasets"] <= GROUND
    apart = {"datasets", "federation", "figures", "config", "partition", "poison", "results"}
    for room in ("models", "attacks", "defenses"):
        assert {name.split(".")[0] for name in allowed[room]}.isdisjoint(apart)
    assert allowed["figures"] <= {
        *("results", "errors", "files", "tables", "curves", "fairness", "ablation", "densities"),
    }
    for room in ("partition", "poison"):
        assert allowed[room] <= GROUND | {"datasets.arrays"}
    assert not {"figures", "results", "tables", "config"} & allowed["federation"]


def test_the_library_does_not_know_snakemake():
    sources = sorted(LIBRARY.rglob("*.py"))
    assert len(sources) > 50
    for path in sources:
        names = imported(path, package_of(path))
        assert not any(name.split(".")[0] == "snakemake" for name in names), path


def test_what_the_rules_import_loads_no_torch():
    rules = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk")]
    imports = re.findall(r"(?m)^from edgecase\b.*$", "\n".join(rules))
    assert "from edgecase import config as configuration" in imports
    code = "\n".join([*imports, "import sys", "assert 'torch' not in sys.modules"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=LIBRARY.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_scripts_import_the_library_only():
    scripts = {path.stem: imported(path, "") for path in SCRIPTS.glob("*.py")}
    own = {*scripts, "scripts", "snakemake", "tests", "workflow", "rules"}
    for name, modules in scripts.items():
        assert not {module.split(".")[0] for module in modules} & own, name


def test_each_script_of_a_rule_has_its_name():
    called = {}
    for path in (ROOT / "rules").glob("*.smk"):
        for part in re.split(r"(?m)^\s*rule ", path.read_text(encoding="utf-8"))[1:]:
            if script := re.search(r"workflow/scripts/(\w+)\.py", part):
                called[part.split(":")[0]] = script[1]
    assert len(called) > 8
    assert called == {name: name for name in called}
    assert {path.stem for path in SCRIPTS.glob("*.py")} == {
        *called,
        *("simulated_averaging", "configured", "on_gpu", "where"),
        *("merge", "archive", "unpack"),
    }


def test_imports_are_found_in_every_form(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import a.b\n"
        "from .c import d\n"
        "from ..e import f\n"
        "def g():\n    from h import i\n"
        "RULE = 'edgecase.j:k'\n"
        "'edgecase.l is prose'\n"
    )
    assert imported(path, "edgecase.x") == {
        *("a.b", "edgecase.x.c.d", "edgecase.e.f", "h.i", "edgecase.j"),
    }
