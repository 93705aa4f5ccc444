"""Digest the code behind each step by its meaning: comments, docstrings and layout do not count.

A step is a script of `workflow/scripts`. Its code is what the script imports, directly or not, and
what a registry finds by name: a cell's own attack, defense and model, a figure's own module. A file
of the source tree that nothing imports changes no digest.
"""

import ast
import contextlib
import hashlib
import json
import secrets
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path

from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name

WORKFLOW = Path(__file__).parents[2]

#: They read, check, record and tell; none of them can change a number.
_NO_NUMBERS = {
    *(f"edgecase.base.{name}" for name in ("command", "documents", "errors", "files")),
    *(f"edgecase.base.{name}" for name in ("names", "progress", "yaml_loader")),
    *(f"edgecase.results.{name}" for name in ("code", "finished", "live", "provenance")),
    *(f"edgecase.results.{name}" for name in ("staleness", "trackers")),
}
#: Script → the package whose numbers reach all other steps in the files that it makes.
_MAKERS = {
    "prepare": "edgecase.datasets",
    "prepare_folder": "edgecase.datasets",
    "prepare_lines": "edgecase.datasets",
    "partition": "edgecase.population.partition",
    "poison": "edgecase.population.poison",
}

#: Tables and claims know the figures by name, and not how they look.
_STYLE = "edgecase.figures.style"
_DRAWING = ("density_figure", "figure", "montage", "verdict_figure")


def digest(script: str, *members: str) -> str:
    """Digest of the code behind `workflow/scripts/<script>.py` and the modules `members`."""
    return _digest(WORKFLOW, script, tuple(sorted(members)))


def digest_for(script: str, parameters: Mapping) -> str:
    """Digest of the code behind a job: shared code, and what its parameters choose by name."""
    return digest(script, *chosen(parameters))


def chosen(parameters: Mapping) -> set[str]:
    """The modules of the model, the attack, the defense and its steps that a job's parameters name.

    Raises `ConfigError` for a name that is not registered.
    """
    from edgecase.attacks import part_types
    from edgecase.defenses import rule_class, step_class
    from edgecase.models import MODELS

    name = parameters["model"]["name"]
    if problem := unknown_name(name, MODELS):
        raise ConfigError(f"model: {problem}")
    found = {MODELS[name].build.__module__}
    if "attack" in parameters:
        found |= {part.__module__ for part in part_types(parameters["attack"])}
    if "defense" in parameters:
        rule = parameters["defense"]
        found.add(rule_class(rule["name"]).__module__)
        after = [rule[key] for key in ("server_step", "after_training") if key in rule]
        steps = [*rule.get("before", []), *after]
        found |= {step_class(step["name"]).__module__ for step in steps}
    return found


def files(script: str, *members: str) -> list[Path]:
    """The files that `digest` reads, below `WORKFLOW`."""
    root = WORKFLOW
    return [path.relative_to(root) for path in _closure(root, script, tuple(sorted(members)))]


@cache
def _digest(root: Path, script: str, members: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    for path in _closure(root, script, members):
        found.update(f"{path.relative_to(root).as_posix()}\n{_read(path)[0]}\n".encode())
    return found.hexdigest()[:16]


def _closure(root: Path, script: str, members: tuple[str, ...]) -> list[Path]:
    """Every file that the script and the members import, in order, and the templates beside."""
    own = _MAKERS.get(script)
    aside = frozenset(_MAKERS.values()) - {own}
    if script not in _DRAWING:
        aside |= {_STYLE}
    left = [root / "scripts" / f"{script}.py"]
    left += [path for name in members for path in _files(root, name, aside)]
    seen: set[Path] = set()
    while left:
        path = left.pop()
        if path not in seen:
            seen.add(path)
            left += _imported(root, path, aside) - seen
    return sorted(seen.union(*map(_templates, {path.parent for path in seen})))


@cache
def _imported(root: Path, path: Path, aside: frozenset[str]) -> frozenset[Path]:
    """The files that run when the file `path` imports what it may."""
    return frozenset(file for name in _read(path)[1] for file in _files(root, name, aside))


@cache
def _templates(folder: Path) -> list[Path]:
    """The templates beside the files of a folder."""
    found = (folder / "templates").glob("*")
    return [file for file in found if file.suffix in (".css", ".html", ".js")]


@cache
def _files(root: Path, name: str, aside: frozenset[str]) -> list[Path]:
    """The files that run when the module `name` is imported: its packages' and its own.

    Nothing for what is no module of the library, or lies in one of the packages `aside`.
    """
    parts = name.split(".")
    names = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    if parts[0] != "edgecase" or not aside.isdisjoint(names) or not _NO_NUMBERS.isdisjoint(names):
        return []
    places = [root.joinpath(*dotted.split(".")) for dotted in names]
    return [
        path
        for place in places
        for path in (place / "__init__.py", place.with_suffix(".py"))
        if path.is_file()
    ]


@cache
def _read(path: Path) -> tuple[str, frozenset[str]]:
    """What a file does, as text, and every module that it may import, anywhere in it.

    Of `from a import b` these are a and a.b, which may be a module itself; what stands under
    `if TYPE_CHECKING:` is never imported. It is kept beside the file's bytecode: working it out for
    all files of a cell takes half a second.
    """
    if path.suffix != ".py":
        return path.read_text(encoding="utf-8"), frozenset()
    source = path.read_bytes()
    kept = Path(cache_from_source(str(path))).with_suffix(".meaning")
    if (known := _kept(kept, source)) is not None:
        return known
    text, imports = _meaning(source)
    if not sys.dont_write_bytecode:
        _keep(kept, source, text, imports)
    return text, imports


def _kept(path: Path, source: bytes) -> tuple[str, frozenset[str]] | None:
    """What `_keep` has written for this `source`, whole; None if there is no such file."""
    try:
        head, body = path.read_bytes().split(b"\n", 1)
        if head != _seal(source, body):
            return None
        text, imports = json.loads(body)
    except (OSError, ValueError):
        return None
    return text, frozenset(imports)


def _keep(path: Path, source: bytes, text: str, imports: frozenset[str]) -> None:
    """Write a file for `_kept`, if that is possible; it need not outlive a power cut."""
    body = json.dumps([text, sorted(imports)]).encode()
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(_seal(source, body) + b"\n" + body)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _seal(source: bytes, body: bytes) -> bytes:
    """Differs where the source or what is kept of it does, or the way to that."""
    parts = (_own_source(), source, body)
    return " ".join(hashlib.sha256(part).hexdigest() for part in parts).encode()


@cache
def _own_source() -> bytes:
    return Path(__file__).read_bytes()


def _meaning(source: bytes) -> tuple[str, frozenset[str]]:
    """What `_read` says of the bytes of a Python file."""
    tree = ast.parse(source)
    imports: set[str] = set()
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        match node:
            case ast.Import(names=names):
                imports |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names, level=0):
                imports |= {module, *(f"{module}.{alias.name}" for alias in names)}
            case ast.Assign(
                value=ast.Call(func=ast.Name(id="lazy"), args=[ast.Constant(str(name))])
            ):
                imports.add(name)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                left += node.orelse
                continue
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                if ast.get_docstring(node, clean=False) is not None:
                    del node.body[0]
        # Statements alone: no expression imports anything.
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, inner, [])
            left += below if isinstance(below, list) else []
    return ast.unparse(tree), frozenset(imports)
