"""A target: files that went wrong, and what is to read or refuse them."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hypothesis
from hypothesis import strategies as st


@dataclass(frozen=True)
class Target:
    """What `check` is given: a file called `file`, whose content is drawn from `inputs()`.

    `check(path, folder)` raises where the file does what none may do; the file lies in `folder`,
    the only place where anything may be written. `share` is how much of a budget of examples the
    target gets: 1 for a reader, less for what takes longer.
    """

    name: str
    file: str
    inputs: Callable[[], st.SearchStrategy[bytes]]
    check: Callable[[Path, Path], None]
    share: float = 1.0


TARGETS: dict[str, Target] = {}


def register(target: Target) -> None:
    if target.name in TARGETS:
        raise ValueError(f"{target.name} is taken")
    TARGETS[target.name] = target


class Found(AssertionError):
    """A file that does what none may do: its content, the smallest that was found."""

    def __init__(self, content: bytes, cause: BaseException):
        # What fails once and not again comes as a group that holds what it was.
        parts = cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
        told = [f"{type(error).__name__}: {error}" for error in (cause, *parts)]
        super().__init__("\n  ".join(told))
        self.content = content


def check_content(target: Target, content: bytes) -> None:
    """Check one content in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = Path(name)
        path = folder / "given" / target.file
        path.parent.mkdir()
        path.write_bytes(content)
        target.check(path, folder)


def search(target: Target, examples: int, seed: int | None = None) -> int:
    """Check that many contents; the same ones each time if there is no `seed`.

    Returns how many there were. Raises `Found` from what went wrong, with the smallest content that
    does it.
    """
    last, count = b"", 0

    @hypothesis.settings(
        max_examples=max(1, round(examples * target.share)),
        derandomize=seed is None,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(content=target.inputs())
    def checked(content: bytes) -> None:
        nonlocal last, count
        last, count = content, count + 1
        check_content(target, content)

    if seed is not None:
        checked = hypothesis.seed(seed)(checked)
    try:
        checked()
    except Exception as error:
        raise Found(last, error) from error
    return count
