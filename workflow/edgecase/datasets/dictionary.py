"""Read the words of the dictionary that Bagdasaryan et al. (AISTATS 2020) publish as a pickle.

It holds an object of their own class with the lists `word2idx` and `idx2word`, as torch saves it:
pickles one after the other, or one in an archive. An unpickler that admits a class of that name as
a plain record, and nothing else, opens it.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

from edgecase.base.errors import DataError


class _Record:
    """Keeps what the pickle says of an object."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if name != "Dictionary":
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is refused")
        return _Record


def published_words(path: Path) -> list[str]:
    """The words in the order of their numbers. Raises `DataError` if there are none in the file."""
    try:
        for value in _pickled(path.read_bytes()):
            words = getattr(value, "idx2word", None)
            if isinstance(words, list) and all(isinstance(word, str) for word in words):
                return words
    # What is damaged can raise almost anything from inside the readers of zip and pickle.
    except Exception as error:
        raise DataError(f"{path}: the dictionary is not opened ({error})") from error
    raise DataError(f"{path}: holds no dictionary with a list `idx2word` of words")


def _pickled(content: bytes) -> list[Any]:
    """Every pickle of a file that torch saved."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [name for name in archive.namelist() if name.endswith("data.pkl")]
            return [_Unpickler(io.BytesIO(archive.read(name))).load() for name in inside]
    stream, found = io.BytesIO(content), []
    while stream.tell() < len(content):
        found.append(_Unpickler(stream).load())
    return found
