"""Files that went wrong: damaged bytes, tables with odd fields, JSON and YAML with odd values.

Every strategy gives the content of a file as bytes, so that whatever fails can be kept as a file.
"""

import copy
import datetime
import functools
import json
import string
from collections.abc import Callable, Mapping, Sequence

import yaml
from hypothesis import strategies as st

#: what a length, an offset or a count is changed into.
_NUMBERS = [
    n.to_bytes(size, order)
    for size, values in {4: (0, 1, 2**31 - 1, 2**32 - 1), 8: (10**12, 2**63 - 1, 2**64 - 1)}.items()
    for n in values
    for order in ("little", "big")
]

#: what a field of text is changed into: no number, too large a number, a path, a command, markup.
FIELDS = (
    *("", " ", "nan", "inf", "-inf", "-1", "0", "1", "1.5", "1e400", "1e-400", "-0", "9" * 25),
    *("9" * 5000, "0x10", "True", "None", "null", "abc", "٣", "\x00", "\r", "\n", '"', ",", "'"),
    *(
        "../../x",
        "/nowhere/x",
        "~",
        "-",
        "--help",
        "*",
        "a b",
        "$(touch witness)",
        "`touch witness`",
    ),
    *("x; touch witness", "x | touch witness", "&& touch witness", "{x}", "{{ 7 * 7 }}", "%s"),
    *("<script>", "🂡", "é", "\ufeff", "x" * 3000),
)

#: what a value in a tree is changed into; `FIELDS` are added to them.
_VALUES = (
    *(None, True, False, -1, 0, 1, 2, 1.0, 0.5, -0.0, 1e308, 5e-324, float("inf"), float("nan")),
    *(2**31, 2**63, 10**19, 10**400, -(10**400)),
    *([], {}, [[]], [{}], {"": {}}, [None], ["x"], [1, 1], {"x": 1}, list(range(50))),
)
#: and those that YAML has besides.
_YAML_VALUES = (
    *(datetime.date(2020, 2, 29), datetime.datetime(2020, 1, 1, 12), b"\xff\x00", {1, "x"}),
    *({1: 2}, {None: 1}, {True: {}}, {1.5: []}, {datetime.date(2020, 1, 1): 0}, {b"x": b"y"}),
)

#: text that YAML reads as something else than it seems, or not at all.
YAML_TEXTS = (
    "!!python/object/apply:os.system ['touch witness']",
    "!!python/name:os.system",
    "!!int ''",
    "!!int x",
    "!!float ''",
    "!!bool x",
    "!!null x",
    "!!timestamp x",
    "2020-13-45",
    "!!binary '?'",
    "!!set {x}",
    "!!omap [x]",
    "!!pairs [x]",
    "&a [*a]",
    "&a {run: *a}",
    "{<<: x}",
    "{<<: [{x: 1}, 2]}",
    "? [x]\n: 1",
    "0x" + "f" * 5000,
    "9" * 5000,
    "1:" * 2000 + "1",
    "[" * 2000,
    "{x: " * 2000,
    "- " * 2000,
    "--- 1\n--- 2",
    "%YAML 9.9\n---\n1",
    "\t- x",
    "*nothing",
    "|\n x",
)


def laughs(levels: int = 12) -> str:
    """YAML of a few hundred bytes that means 9 ** `levels` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join(lines)


@st.composite
def damaged(draw: st.DrawFn, contents: Sequence[bytes]) -> bytes:
    """One of the contents with up to four wounds."""
    content = draw(st.sampled_from(contents))
    for _ in range(draw(st.integers(1, 4))):
        content = draw(st.sampled_from(_WOUNDS))(draw, content, contents)
    return content


def _place(draw: st.DrawFn, content: bytes) -> int:
    # What decides most stands at the beginning and at the end of a file.
    size = len(content)
    near = min(64, size)
    return draw(
        st.one_of(st.integers(0, near), st.integers(0, size), st.integers(size - near, size))
    )


def _flip(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    at = _place(draw, content)
    return content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]


def _cut(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    return content[: _place(draw, content)]


def _remove(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    at = _place(draw, content)
    return content[:at] + content[at + draw(st.integers(1, 64)) :]


def _repeat(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    at = _place(draw, content)
    piece = content[at : at + draw(st.integers(1, 200))]
    return content[:at] + piece * draw(st.integers(2, 20)) + content[at:]


def _splice(draw: st.DrawFn, content: bytes, contents: Sequence[bytes]) -> bytes:
    other = draw(st.sampled_from(contents))
    return content[: _place(draw, content)] + other[_place(draw, other) :]


def _number(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    at, number = _place(draw, content), draw(st.sampled_from(_NUMBERS))
    return content[:at] + number + content[at + len(number) :]


def _insert(draw: st.DrawFn, content: bytes, _contents: Sequence[bytes]) -> bytes:
    at = _place(draw, content)
    return content[:at] + draw(st.binary(min_size=1, max_size=16)) + content[at:]


_WOUNDS: tuple[Callable[[st.DrawFn, bytes, Sequence[bytes]], bytes], ...] = (
    *(_flip, _cut, _remove, _repeat, _splice, _number, _insert),
)


@st.composite
def odd_fields(draw: st.DrawFn, text: str, separators: str = ",") -> bytes:
    """A table's text with up to three odd fields, or with lines moved, lost or doubled."""
    lines = [_fields(line, separators) for line in text.splitlines(keepends=True)]
    for _ in range(draw(st.integers(1, 3))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), lines[at])
            case 2:
                del lines[at][draw(st.integers(0, len(lines[at]) - 1)) :]
                lines = [line for line in lines if line]
            case _:
                line = list(lines[at])
                places = [n for n, part in enumerate(line) if part not in (*separators, "\n")]
                if places:
                    line[draw(st.sampled_from(places))] = draw(st.sampled_from(FIELDS))
                lines[at] = line
    return "".join("".join(line) for line in lines).encode("utf-8", "surrogatepass")


def _fields(line: str, separators: str) -> list[str]:
    """The fields and separators of a line, each an entry."""
    parts = [""]
    for character in line:
        if character in separators or character == "\n":
            parts += [character, ""]
        else:
            parts[-1] += character
    return parts


@st.composite
def odd_tree(draw: st.DrawFn, tree: object, values: Sequence[object]) -> object:
    """A copy of `tree` with up to three places changed, renamed, lost, doubled or exchanged."""
    changed = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.integers(0, 6)):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[draw(st.sampled_from(FIELDS))] = holder.pop(key)
            case 1 | 2:
                other, where = draw(st.sampled_from(places))
                holder[key] = copy.deepcopy(other[where])
            case _:
                holder[key] = copy.deepcopy(draw(st.sampled_from(values)))
    return changed


def _places(tree: object):
    """(mapping or list, key or index) of every value below `tree`."""
    if isinstance(tree, Mapping):
        keys: Sequence = list(tree)
    elif isinstance(tree, list):
        keys = range(len(tree))
    else:
        return
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


#: stands in a tree for a text that no tree can be dumped to.
_TEXT = "TEXT" + string.ascii_uppercase

_JSON_TEXTS = (
    *("9" * 6000, "1e999", "-Infinity", "NaN", '"\\ud800"', "[" * 5000, '{"x": ' * 5000),
    *("", "null", "[]", "{}", "1", '"x"', "[1, 2"),
)


def json_files(*trees: object) -> st.SearchStrategy[bytes]:
    """JSON files like those of `trees`: odd values, damaged bytes, or something else altogether."""
    return _files(trees, json.dumps, _VALUES, _JSON_TEXTS)


def yaml_files(*trees: object) -> st.SearchStrategy[bytes]:
    """YAML files like those of `trees`: odd values and tags, damaged bytes, aliases, nesting."""
    dump = functools.partial(yaml.safe_dump, width=10**6)
    return _files(trees, dump, (*_VALUES, *_YAML_VALUES), (*YAML_TEXTS, laughs()))


def _files(
    trees: Sequence[object],
    dump: Callable[[object], str],
    values: Sequence[object],
    texts: Sequence[str],
) -> st.SearchStrategy[bytes]:
    odd = st.sampled_from(trees).flatmap(
        lambda tree: odd_tree(tree, (*values, *FIELDS, *[_TEXT] * 10))
    )

    def with_text(pair: tuple[object, str]) -> bytes:
        tree, text = pair
        written = dump(tree)
        for marker in (f'"{_TEXT}"', _TEXT):
            written = written.replace(marker, text)
        return written.encode("utf-8", "surrogatepass")

    whole = st.tuples(odd, st.sampled_from(texts)).map(with_text)
    seeds = [dump(tree).encode() for tree in trees]
    alone = st.sampled_from(texts).map(lambda text: text.encode())
    return st.one_of(whole, whole, whole, damaged(seeds), alone)


@st.composite
def odd_arguments(draw: st.DrawFn, arguments: Sequence[str]) -> bytes:
    """A command line, as a JSON list, with up to three words changed, lost, added or moved."""
    words = list(arguments)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words)))
        match draw(st.integers(0, 3)):
            case 0:
                del words[at : at + 1]
            case 1:
                words.insert(at, draw(st.sampled_from([*WORDS, *words])))
            case _:
                words[at : at + 1] = [draw(st.sampled_from(WORDS))]
    return json.dumps(words).encode()


#: words of a command line; the last is a file's name that is no UTF-8. None may hold a zero byte,
#: nor lead out of the folder: what a user names as a place to write is the user's to choose.
WORDS = (
    *(field for field in FIELDS if "\x00" not in field and "/" not in field),
    *("--x", "--x=1", "{}", '{"x": 1}', "\udcff"),
)
