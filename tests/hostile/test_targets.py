"""Every reader and script on files that went wrong: a few of them, the same each time."""

import pytest
from hypothesis import strategies as st
from tests.hostile import commands, readers, target

#: files for each target; `make fuzz` looks at as many as its minutes allow.
EXAMPLES = 8


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", target.TARGETS)
def test_it_is_read_or_refused(name):
    assert target.search(target.TARGETS[name], EXAMPLES) > 0


def test_what_fails_once_and_not_again_is_told():
    calls = []

    def check(path, folder):
        calls.append(path)
        if len(calls) == 1:
            raise OverflowError("the first time")

    once = target.Target("once", "a", lambda: st.just(b"x"), check)
    with pytest.raises(target.Found, match=r"(?s)Flaky.*OverflowError: the first time"):
        target.search(once, 5)


def test_the_command_lines_are_of_every_script():
    scripts = {path.stem for path in (readers.ROOT / "workflow" / "scripts").glob("*.py")}
    # The authors' has a target of its own, up to what it starts; the others start programs and
    # read no file themselves, but for `plan`, whose configuration is what `config` reads.
    others = {"simulated_averaging", "on_gpu", "plan"}
    assert scripts - others == commands.arguments().keys()


@pytest.mark.parametrize("name", sorted({"cell", "front", "figure", "claims", "verdict", "page"}))
def test_the_sound_command_line_is_sound(name, tmp_path, monkeypatch):
    """So that what is refused is refused for what went wrong in it."""
    monkeypatch.chdir(tmp_path)
    commands.script(name)(commands.given(commands.arguments()[name]))
    assert any((tmp_path / "out").iterdir())
