"""Turn labelled tweets and lines into numbered words (the released build_twitter_dataset.py)."""

import functools
import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import MAX_WORDS
from edgecase.datasets.cleaning import clean
from edgecase.datasets.text import from_words

#: text with its label, 0 or 1
Labelled = tuple[int, str]

#: the authors leave tweets out that hold it
_LEFT_OUT = "greek"
_FEWEST_WORDS = 2
#: whole batches of the test set alone are evaluated
_TEST_BATCH = 20
_CHUNK = 2000
_STOP_WORDS_SHA256 = "019f104ba2ed07436d05f9cdd3383034ad66014edc27fc651f837e1a038b6451"


@functools.cache
def stop_words() -> frozenset[str]:
    """NLTK's 179 English stop words of 2019; later lists have more."""
    path = Path(__file__).with_name("stopwords.txt")
    content = path.read_bytes()
    # Code digests see code alone: another list is another digest here.
    if hashlib.sha256(content).hexdigest() != _STOP_WORDS_SHA256:
        raise DataError(f"{path}: is not the list whose sha256 is {_STOP_WORDS_SHA256}")
    return frozenset(content.decode("utf-8").split())


@functools.cache
def _tokeniser() -> Callable[[str], list[str]]:
    # Loaded where sentences are read alone: it takes a second.
    from nltk.tokenize import NLTKWordTokenizer

    return NLTKWordTokenizer().tokenize


def words(text: str) -> list[str]:
    """The Treebank words of `text` that are no stop words.

    >>> words("i can't wait, it's a good day!")
    ['ca', "n't", 'wait', ',', "'s", 'good', 'day', '!']
    """
    return [word for word in _tokeniser()(text) if word not in stop_words()]


def words_of_line(line: str) -> list[str]:
    """The words of an edge-case line, which is lower-cased and not cleaned."""
    return words(line.lower())


def words_of_tweet(tweet: str) -> list[str] | None:
    """The words of a tweet once it is clean; None for one that is left out of training."""
    cleaned = clean(tweet)
    return None if _LEFT_OUT in cleaned else words(cleaned)


def _words_of_test_tweet(tweet: str) -> list[str]:
    return words(clean(tweet))


def text_arrays(
    train: Sequence[Labelled], test: Sequence[Labelled], lines: Iterable[Sequence[str]]
) -> dict[str, np.ndarray]:
    """The arrays of a `TextDataset`, from its tweets and the words of its edge-case `lines`.

    Words are numbered from 1, the most frequent first and equally frequent ones as they come;
    further words of the lines follow. Tweets that hold "greek" are left out of training, and then
    those of fewer than two words; a tweet's words beyond the hundredth are cut off. The test set
    ends with its last whole batch of 20.
    """
    listed = _in_processes(words_of_tweet, [text for _, text in train])
    kept = [(label, own) for (label, _), own in zip(train, listed, strict=True) if own is not None]
    tested = _in_processes(_words_of_test_tweet, [text for _, text in test])
    counted = Counter(chain.from_iterable([*(own for _, own in kept), *tested]))
    vocabulary = [word for word, _ in counted.most_common()]
    vocabulary += dict.fromkeys(word for line in lines for word in line if word not in counted)
    numbers = {word: number for number, word in enumerate(vocabulary, start=1)}
    long_enough = [(label, own) for label, own in kept if len(own) >= _FEWEST_WORDS]
    whole = len(test) // _TEST_BATCH * _TEST_BATCH
    for place, own in enumerate(tested, start=1):
        if not own:
            raise DataError(f"tweet {place} of the test set has no word")
    labelled = [(label, own) for (label, _), own in zip(test[:whole], tested, strict=False)]
    return {
        **_split("train", long_enough, numbers),
        **_split("test", labelled, numbers),
        "words": from_words(vocabulary),
    }


def _split(
    name: str, labelled: Sequence[tuple[int, list[str]]], numbers: dict[str, int]
) -> dict[str, np.ndarray]:
    cut = [own[:MAX_WORDS] for _, own in labelled]
    sizes = [len(own) for own in cut]
    return {
        f"x_{name}": np.array([numbers[word] for own in cut for word in own], dtype=np.int32),
        f"offsets_{name}": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        f"y_{name}": np.array([label for label, _ in labelled], dtype=np.int64),
    }


def _in_processes(function: Callable, texts: Sequence[str]) -> list:
    """`function` of each text, in order; many texts are shared out over the machine's cores."""
    if len(texts) <= _CHUNK:
        return list(map(function, texts))
    _tokeniser()  # once, and not in every process
    with multiprocessing.Pool() as pool:
        found = pool.map(function, texts, chunksize=_CHUNK)
        # Ended by themselves, they do not report that they were terminated.
        pool.close()
        pool.join()
    return found
