"""What import-linter cannot say of the structure: the rules load no torch, and call by name."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "workflow" / "scripts"
RULES = [*sorted((ROOT / "rules").glob("*.smk")), ROOT / "Snakefile"]


def test_what_the_rules_import_loads_no_torch():
    text = "\n".join(path.read_text(encoding="utf-8") for path in RULES)
    imports = re.findall(r"(?m)^(?:from|import) edgecase\b(?:[^(\n]*$|[^()]*\([^()]*\))", text)
    assert imports
    code = "\n".join([*imports, "import sys", "assert 'torch' not in sys.modules"])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_scripts_import_the_library_and_not_each_other_or_what_serves_the_rules():
    names = {path.stem for path in SCRIPTS.glob("*.py")}
    assert len(names) > 20
    for path in SCRIPTS.glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imported = {
            alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
        }
        imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        roots = {name.split(".")[0] for name in imported}
        assert not roots & ({"scripts", "snakemake"} | names), path.name
        assert not any(name.startswith("edgecase.pipeline") for name in imported), path.name


def test_each_script_of_a_rule_has_its_name():
    called = {}
    for path in RULES:
        for part in re.split(r"(?m)^\s*rule ", path.read_text(encoding="utf-8"))[1:]:
            if script := re.search(r"workflow/scripts/(\w+)\.py", part):
                called[part.split(":")[0]] = script[1]
    assert len(called) > 8
    # The first page of a report of one figure is a run's first page, of that figure's cells.
    assert called == {name: name for name in called} | {"figure_front": "front"}


#: `lambda wildcards, input:` of a rule, and with `output`
_OF_FILES = re.compile(r"lambda wildcards, (?:input|output)\b[^:]*:")


def _expression(text):
    """The beginning of a text up to the comma, bracket or end of line behind an expression."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0 or (depth == 0 and sign in ",\n"):
            return text[:place].strip()
    return text.strip()


def _names(node):
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def test_params_that_are_made_of_files_are_made_of_nothing_else():
    """Snakemake compares no parameter whose function takes `input` or `output`."""
    bodies = [
        ast.parse(_expression(text[match.end() :]), mode="eval")
        for path in RULES
        for text in [path.read_text(encoding="utf-8")]
        for match in _OF_FILES.finditer(text)
    ]
    shared = ast.parse((ROOT / "rules" / "inputs.smk").read_text(encoding="utf-8"))
    functions = [
        node
        for node in ast.walk(shared)
        if isinstance(node, ast.FunctionDef)
        and {"input", "output"} & {argument.arg for argument in node.args.args}
    ]
    assert len(bodies) > 4
    assert [function.name for function in functions] == ["folders"]
    for body in bodies:
        assert _names(body) <= {"input", "output", "str", "Path"}, ast.unparse(body)
    assert _names(functions[0]) <= {"input", "record", "str", "Path"}
