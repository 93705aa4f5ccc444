import builtins
import codecs
import os
import pickle
import subprocess
from collections import OrderedDict

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.datasets.unpickle import load_pickle


class Call:
    """Pickles as a call of `function(*arguments)` at load time."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.fixture
def load(tmp_path):
    def write_and_load(content):
        path = tmp_path / "data.pkl"
        path.write_bytes(content)
        return load_pickle(path)

    return write_and_load


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize(
    "array",
    [
        np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
        np.linspace(0, 1, 7, dtype=np.float32),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
    ],
)
def test_arrays_of_every_protocol_the_published_files_use(load, protocol, array):
    loaded = load(pickle.dumps(array, protocol))
    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == array.dtype


def test_plain_containers_and_numpy_scalars(load):
    content = {b"labels": [1, 2], "name": "x", "n": np.int64(3)}
    assert load(pickle.dumps(content)) == content


def test_names_of_numpy_1_and_numpy_2(load):
    array = np.arange(5, dtype=np.uint8)
    content = pickle.dumps(array, 2)
    new = b"numpy._core.multiarray"
    old = b"numpy.core.multiarray"
    other = content.replace(new, old) if new in content else content.replace(old, new)
    assert other != content
    np.testing.assert_array_equal(load(content), array)
    np.testing.assert_array_equal(load(other), array)


def test_strings_of_python_2_come_as_bytes(load):
    # what Python 2 writes for {"data": "\xff"} at protocol 2
    assert load(b"\x80\x02}U\x04dataU\x01\xffs.") == {b"data": b"\xff"}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("function", "named"),
    [
        (os.system, r"(posix|nt)\.system"),
        (subprocess.check_output, r"(subprocess|commands)\.check_output"),
        (builtins.eval, r"(builtins|__builtin__)\.eval"),
        (np.load, r"numpy\.load"),
    ],
)
def test_a_call_is_refused_by_name_and_not_made(load, tmp_path, function, named, protocol):
    witness = tmp_path / "witness"
    argument = {
        np.load: str(witness),
        builtins.eval: f"open({str(witness)!r}, 'w')",
    }.get(function, f"touch {witness}")
    content = pickle.dumps([1, Call(function, argument)], protocol)
    with pytest.raises(DataError, match=rf"data\.pkl.*{named}, which is refused"):
        load(content)
    assert not witness.exists()


def test_the_same_pickle_does_harm_in_the_plain_unpickler(tmp_path):
    """So that the test above cannot pass because its pickle is broken."""
    witness = tmp_path / "witness"
    pickle.loads(pickle.dumps(Call(os.system, f"touch {witness}")))
    assert witness.exists()


@pytest.mark.parametrize("harmless", [OrderedDict(a=1), {1, 2}.__class__, print])
def test_harmless_names_are_refused_too(load, harmless):
    with pytest.raises(DataError, match="refused"):
        load(pickle.dumps(harmless))


def test_only_latin1_is_encoded(load):
    assert load(pickle.dumps(b"\xe9", 2)) == b"\xe9"
    with pytest.raises(DataError, match="'rot13' is refused"):
        load(pickle.dumps(Call(codecs.encode, "text", "rot13"), 2))


@pytest.mark.parametrize("content", [b"", b"<html>", pickle.dumps(np.zeros(99))[:-40]])
def test_a_damaged_pickle_is_named(load, content):
    with pytest.raises(DataError, match=r"data\.pkl: the pickle cannot be opened"):
        load(content)
