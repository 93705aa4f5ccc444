"""Say that a name is unknown, what is allowed, and what was probably meant."""

import difflib
from collections.abc import Iterable

from edgecase.base.errors import shown


def unknown_name(name: object, allowed: Iterable[object]) -> str | None:
    """The problem, in words, if `name` is not one of the `allowed`; None if it is.

    >>> unknown_name("krumm", ["krum", "rfa"])
    "'krumm' is unknown; did you mean 'krum'? allowed: krum, rfa"
    """
    names = list(map(str, allowed))
    if isinstance(name, str) and name in names:
        return None
    listed = ", ".join(names) or "none"
    return f"{shown(name)} is unknown;{did_you_mean(name, names)} allowed: {listed}"


def did_you_mean(name: object, allowed: Iterable[str]) -> str:
    """The question after a name that is close to an allowed one, with a leading space, or "".

    A name that is the beginning of allowed ones is near to them: `mnist` to `mnist-ardis`.
    """
    if not isinstance(name, str):
        return ""
    names, wanted = list(allowed), name.lower()
    near = [other for other in names if other.lower() == wanted]
    near = near or [other for other in names if wanted and other.startswith(f"{wanted}-")]
    near = near or difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    # Of three letters, another one makes another word: `gpu` is not `cpu`.
    if near and len(near[0]) == len(wanted) <= 3 and sorted(near[0].lower()) != sorted(wanted):
        return ""
    return f" did you mean '{near[0]}'?" if near else ""
