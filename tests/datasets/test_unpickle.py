"""A pickle is opened only if its sha256 is known, and only what makes up an array is admitted."""

import pickle
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
from tests.datasets.made_up import raw_files

from edgecase.base.errors import DataError
from edgecase.datasets.digests import Digests
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.unpickle import load_pickle


@pytest.fixture
def load(tmp_path):
    return lambda content: load_pickle(raw_files(tmp_path, {"data.pkl": content}), "data.pkl")


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_arrays_of_the_protocols_of_published_files(load, protocol):
    arrays = [
        np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
        np.linspace(0, 1, 7, dtype=np.float32),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
    ]
    for array, loaded in zip(arrays, load(pickle.dumps(arrays, protocol)), strict=True):
        np.testing.assert_array_equal(loaded, array)
        assert loaded.dtype == array.dtype


def test_plain_containers_and_numpy_scalars(load):
    content = {b"labels": [1, 2], "name": "x", "n": np.int64(3)}
    assert load(pickle.dumps(content)) == content


def test_names_of_numpy_1_and_numpy_2(load):
    array = np.arange(5, dtype=np.uint8)
    content = pickle.dumps(array, 2)
    assert b"numpy._core.multiarray" in content
    np.testing.assert_array_equal(load(content), array)
    older = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    np.testing.assert_array_equal(load(older), array)


def test_strings_of_python_2_come_as_bytes(load):
    # what Python 2 writes for {"data": "\xff"} at protocol 2
    assert load(b"\x80\x02}U\x04dataU\x01\xffs.") == {b"data": b"\xff"}


def test_a_class_that_is_not_admitted_is_refused_by_name(load):
    with pytest.raises(DataError, match=r"data\.pkl: .*collections\.OrderedDict, which is refused"):
        load(pickle.dumps(OrderedDict(a=1)))


def test_a_truncated_pickle_is_named(load):
    with pytest.raises(DataError, match=r"data\.pkl: the pickle is not opened"):
        load(pickle.dumps(np.zeros(99))[:-40])


def test_a_file_is_opened_only_if_its_sha256_is_known_and_right(tmp_path):
    raw = raw_files(tmp_path, {"data.pkl": pickle.dumps([1])})
    assert load_pickle(raw, "data.pkl") == [1]
    with pytest.raises(DataError, match=r"data\.pkl: is not opened, for its sha256 is not known"):
        load_pickle(RawFiles(tmp_path, {"data.pkl": Digests(md5="0" * 32)}), "data.pkl")
    unconfirmed = replace(raw.digests["data.pkl"], unconfirmed=True)
    with pytest.raises(DataError, match=r"data\.pkl: is not opened, for its sha256 is unconfirmed"):
        load_pickle(RawFiles(tmp_path, {"data.pkl": unconfirmed}), "data.pkl")
    (tmp_path / "data.pkl").write_bytes(pickle.dumps([2]))
    with pytest.raises(
        DataError, match=rf"data\.pkl: expected sha256 {raw.digests['data.pkl'].sha256}"
    ):
        load_pickle(raw, "data.pkl")
    (tmp_path / "data.pkl").unlink()
    with pytest.raises(DataError, match=r"data\.pkl: missing"):
        load_pickle(raw, "data.pkl")
