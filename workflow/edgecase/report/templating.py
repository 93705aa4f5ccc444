"""Render Jinja templates with every value escaped, so text in a result is never read as HTML."""

import functools
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edgecase.report.packing import packed_text

_FOLDER = Path(__file__).parent / "templates"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["packed"] = packed_text
    return environment


def render(template: str, context: Mapping) -> str:
    """A template of `templates/` with the values of `context`; a missing one is an error."""
    return _environment().get_template(template).render(context)
