"""Show the examples of a docstring as code: an extension of griffe, for `make docs`."""

import re
from typing import Any

import griffe

#: lines from a prompt to the next empty line
_EXAMPLE = re.compile(r"(?m)^>>> (?:.+\n?)+")


class DoctestBlocks(griffe.Extension):
    """Put a fence around each example."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """The text with its examples in blocks of Python.

    >>> print(fenced("It adds:\\n\\n>>> 1 + 1\\n2\\n\\nSo it is."))
    It adds:
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    <BLANKLINE>
    So it is.
    """
    return _EXAMPLE.sub(lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", text)
