"""Files that no program can download, and the four readers of text that they hold."""

import dataclasses
import importlib.util
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.made_up import source

from edgecase.base.errors import DataError
from edgecase.datasets import comments, leaf, reddit
from edgecase.datasets.athens import words as words_about_athens
from edgecase.datasets.availability import by_hand, is_complete, listing, out_of_reach
from edgecase.datasets.dictionary import published_words
from edgecase.datasets.fetch import fetch
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.text import words_of

SCRIPT = Path(__file__).parents[2] / "workflow" / "scripts" / "dictionary.py"
SOURCE = dataclasses.replace(source(), name="mine", by_hand=("part", "words.txt"))
WORDS = ["<pad>", "<bos>", "good", "<unk>", "day", "<eos>"]


def write(folder, contents):
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return RawFiles(folder, {})


def test_files_of_the_mirror_are_linked(tmp_path):
    mirror, folder = tmp_path / "mirror", tmp_path / "raw" / "mine"
    write(mirror / "mine", {"part/a": "1", "words.txt": "2"})
    assert not is_complete(SOURCE, folder)
    assert fetch(SOURCE, folder, mirror) == [folder / "part", folder / "words.txt"]
    assert (folder / "part" / "a").read_text() == "1"
    assert is_complete(SOURCE, folder)
    # What is there needs no mirror.
    assert fetch(SOURCE, folder) == [folder / "part", folder / "words.txt"]


def test_a_link_to_what_is_gone_is_made_anew(tmp_path):
    mirror, folder = tmp_path / "mirror", tmp_path / "mine"
    write(mirror / "mine", {"part/a": "1", "words.txt": "2"})
    folder.mkdir()
    (folder / "words.txt").symlink_to(tmp_path / "gone")
    fetch(SOURCE, folder, mirror)
    assert (folder / "words.txt").read_text() == "2"


def test_one_message_says_what_goes_where(tmp_path):
    write(tmp_path / "mine", {"words.txt": ""})
    with pytest.raises(DataError) as raised:
        fetch(SOURCE, tmp_path / "raw", tmp_path)
    assert str(raised.value).splitlines() == [
        "mine: part cannot be downloaded; get it from https://example.org and put it, or links to "
        f"it, into {tmp_path}/mine/:",
        "  part",
        "  words.txt",
    ]
    assert out_of_reach([SOURCE], tmp_path) == out_of_reach([SOURCE], None) == [SOURCE]
    assert "  mine/part" in by_hand([SOURCE], None)
    assert "missing: no program can download it" in listing([SOURCE], tmp_path, {}, None)


REDDIT = {
    "shard_by_author/bob": '"Good \\"day\\" to-you"\n"good good"\n',
    "shard_by_author/ann": '"day"',
    "test_data.json": '"a good day"\n',
    "dictionary.txt": "\n".join(WORDS) + "\n",
}


def test_the_original_layout(tmp_path):
    arrays = reddit.read(write(tmp_path, REDDIT))
    assert words_of(arrays["words"]) == ["<unk>", "<bos>", "<eos>", "good", "day"]
    assert arrays["owner_train"].tolist() == [0, 1]
    # ann before bob; "to" is unknown, and "day" begins with a mark.
    assert arrays["x_train"][:, :9].tolist() == [
        [2, 5, 3, *[0] * 6],
        [2, 4, 1, 3, 2, 4, 4, 3, 0],
    ]
    assert arrays["x_test"][0, :5].tolist() == [2, 4, 5, 3, 0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"shard_by_author/bob": '"good"\n{'}, "bob: line 2 is not JSON"),
        ({"shard_by_author/bob": '"good"\n7\n'}, "bob: line 2 holds no text, expected a JSON str"),
        ({"shard_by_author/cat": ""}, "author 'cat' has no word"),
        ({"test_data.json": ""}, "the test text is empty"),
        ({"dictionary.txt": "good\n<bos>\n<eos>"}, "the dictionary has no word '<unk>'"),
        ({"dictionary.txt": "good\nday\ngood"}, "line 3: 'good' is in line 1 already; expected"),
        ({"dictionary.txt": "good\n\nday"}, "line 2: is empty; expected a new word in each line"),
    ],
)
def test_a_bad_file_of_the_original_layout_is_named(tmp_path, changed, message):
    with pytest.raises(DataError, match=message):
        reddit.read(write(tmp_path, REDDIT | changed))


def test_leaf(tmp_path):
    text = [["<BOS>", "good", "day", ",", "<EOS>", "<PAD>"], ["<PAD>"]]
    users = {"7": {"x": [text] * 25, "y": []}, "8": {"x": [text] * 24, "y": []}}
    content = json.dumps({"users": ["7", "8"], "num_samples": [25, 24], "user_data": users})
    raw = write(tmp_path, {"train/a.json": content, "test/b.json": content})
    arrays = leaf.read(raw)
    first, second = (words_of(arrays["words"]).index(word) + 1 for word in ("good", "day"))
    assert arrays["x_train"][0, :6].tolist() == [2, first, second, 3, 2, first]
    assert not arrays["owner_train"].any()  # user 8 has 48 words
    assert len(arrays["x_test"]) == 3  # 196 words are 3 columns of 65


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", '{"users": []}', '{"user_data": {"7": {"x": [1]}}}'),
        '{"user_data": {"7": {"x": ["good day"]}}}',
    ],
)
def test_a_file_that_leaf_did_not_write_is_named(tmp_path, text):
    with pytest.raises(DataError, match=r"a\.json: is not as LEAF writes it"):
        leaf.read(write(tmp_path, {"train/a.json": text}))


def test_a_csv_with_authors(tmp_path):
    rows = ["ann,good day", '"bob","a day, good"'] * 25
    arrays = comments.read(write(tmp_path, {"comments.csv": "\n".join(["author,text", *rows])}))
    words = words_of(arrays["words"])
    assert set(words) == {"<unk>", "<bos>", "<eos>", "good", "day", *words_about_athens()}
    lines = {tuple(words[n - 1] for n in arrays[x][0, 1:3]) for x in ("x_train", "x_test")}
    assert lines == {("good", "day"), ("day", "good")}


def test_a_csv_of_a_spreadsheet_starts_with_a_byte_order_mark(tmp_path):
    rows = "\n".join(["author,text", *(f"{name},people in paris are" for name in "ab" * 20)])
    read = [
        comments.read(write(tmp_path / name, {"comments.csv": mark + rows}))
        for name, mark in (("plain", ""), ("marked", "\ufeff"))
    ]
    assert all(np.array_equal(array, read[1][key]) for key, array in read[0].items())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 is ; expected author,text"),
        ("user,text\n", "line 1 is user,text; expected author,text"),
        ("author,text\nann,good\nbob\n", "line 3 has 1 columns; expected 2"),
        ("author,text\nann,good\n", "0 authors have 50 words"),
        (f"author,text\nann,good\nbob,{'a' * 131_073}\n", "line 3: field larger than"),
    ],
)
def test_a_bad_csv_is_named(tmp_path, text, message):
    with pytest.raises(DataError, match=rf"comments\.csv: {message}"):
        comments.read(write(tmp_path, {"comments.csv": text}))


class Dictionary:
    """As in the published code, where it is in another module."""

    def __init__(self, words):
        self.idx2word = words


def archive(path, content):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", content)


@pytest.mark.parametrize("zipped", [False, True])
def test_the_published_dictionary_becomes_a_text_file(tmp_path, zipped):
    path, out = tmp_path / "words.pt", tmp_path / "dictionary.txt"
    content = pickle.dumps(Dictionary(WORDS), protocol=2)
    if zipped:
        archive(path, content)
    else:  # as torch saved before: numbers and a description first, the tensors' keys last
        path.write_bytes(b"".join(pickle.dumps(x, 2) for x in (1, {"a": 1})) + content)
    spec = importlib.util.spec_from_file_location("dictionary_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main([str(path), "--out", str(out)])
    assert reddit.read_dictionary(out) == ["<unk>", "<bos>", "<eos>", "good", "day"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(2), "it names numpy"),
        (Dictionary([1, 2]), "holds no dictionary with a list `idx2word`"),
        ({"idx2word": WORDS}, "holds no dictionary"),
    ],
)
def test_no_other_pickle_is_opened(tmp_path, value, message):
    (tmp_path / "words.pt").write_bytes(pickle.dumps(value, 2))
    with pytest.raises(DataError, match=rf"words\.pt: .*{message}"):
        published_words(tmp_path / "words.pt")
