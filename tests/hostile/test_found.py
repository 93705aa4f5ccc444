"""What the fuzzer found, or what it was built to look for, as the smallest inputs that did harm."""

import gzip
import io
import json
import pickle
import struct
import zipfile
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch
from tests.datasets.made_up import member, source
from tests.figures.made_up import cell
from tests.hostile import readers
from tests.hostile.guard import reads_or_refuses
from tests.hostile.mutate import YAML_TEXTS, laughs

from edgecase import claims, command, config, densities, documents, figures, handed
from edgecase.claims.measured import read_measures
from edgecase.datasets import arrays, idx
from edgecase.datasets.fetch import fetch
from edgecase.datasets.sources import SourceFile, load_sources
from edgecase.datasets.unpickle import load_pickle
from edgecase.errors import ConfigError, DataError
from edgecase.federation import probe, state
from edgecase.federation.task import open_task
from edgecase.files import atomic_path
from edgecase.records import read_cell
from edgecase.tables import read_starts, read_tidy

DEEP = "[" * 100_000


@pytest.fixture
def refused(tmp_path):
    """Give a file of this content to a reader, which has to refuse it in time and in words."""

    def give(content, read, match, name="given"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        messages = []

        def noted(path):
            try:
                read(path)
            except (ConfigError, DataError) as error:
                messages.append(str(error))
                raise

        reads_or_refuses(noted, path, tmp_path)
        (message,) = messages
        assert name in message
        assert match in message

    return give


@pytest.mark.parametrize("read", [config.load, load_sources, claims.load])
@pytest.mark.parametrize(
    ("text", "match"),
    [
        (laughs(), "holds more than 100000 values"),
        ("&a {run: *a}", "nested deeper than 40 levels"),
        ("&a [*a]", "nested deeper than 40 levels"),
        ("run: " + "[" * 60 + "]" * 60, "nested deeper than 40 levels"),
        ("[" * 5000, "not a readable YAML file"),
        ("run: !!int ''", "not a readable YAML file"),
        ("run: !!bool x", "not a readable YAML file"),
        ("run: !!timestamp x", "not a readable YAML file"),
        ("run: 2020-13-45", "not a readable YAML file"),
        ("run: 2020-01-01", "datetime.date(2020, 1, 1) is a date; expected text (in quotes)"),
        ("run: !!binary AAAA", "is a bytes"),
        ("run: !!set {x}", "is a set"),
        ("1: x", "the key 1 is no text"),
        ("null: x", "the key None is no text"),
        ("run: 0x" + "f" * 5000, "thousands of digits"),
        ("!!python/object/apply:os.system ['touch witness']", "not a readable YAML file"),
    ],
)
def test_yaml(refused, read, text, match):
    refused(text, read, match)


def test_the_texts_of_the_fuzzer_are_hostile_in_a_plain_reader():
    """So that the tests above cannot pass because their texts are harmless."""
    import yaml

    crashes = set()
    for text in YAML_TEXTS:
        try:
            yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):
            continue
        except Exception as error:
            crashes.add(type(error).__name__)
    assert {"KeyError", "IndexError", "AttributeError", "RecursionError"} <= crashes


def test_a_configuration_that_snakemake_read_is_checked_too():
    content = readers.small_config()
    shared = ["x"] * 9
    for _ in range(11):
        shared = [shared] * 9
    with pytest.raises(ConfigError, match="the configuration: holds more than 100000 values"):
        config.check(content | {"grid": shared})


def test_a_product_that_no_machine_runs_is_counted_not_made():
    whole = config.load(readers.CONFIG / "test.yaml")
    block = {
        "tasks": ["standin-digits"],
        "participations": [f"fixed-freq-{n}" for n in range(1, 9000)],
        "cases": ["edge-case"],
        "attacks": ["none", "blackbox", "pgd"],
        "defenses": ["no-defense", "krum", "multi-krum", "rfa"],
    }
    with pytest.raises(ConfigError, match=r"they declare 1[0-9]{5} cells; allowed: at most 100000"):
        config.check(whole | {"grid": [block]})


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (lambda path: read_starts([path]), "default.json"),
        (probe._read_choice, "lenet.json"),
        (lambda path: read_cell(path.parent), "cell.json"),
    ],
)
@pytest.mark.parametrize(
    ("text", "match"),
    [
        (DEEP, "not a readable"),
        ('{"x": ' + "9" * 6000 + "}", "not a readable"),
        ('{"x": ' * 60 + "1" + "}" * 60, "nested deeper"),
        ("[]", "holds a list; expected an object"),
    ],
)
def test_json(refused, read, name, text, match):
    refused(text, read, match, name)


def test_json_on_a_command_line():
    for text in (DEEP, '{"x": ' * 60 + "1" + "}" * 60):
        with pytest.raises(command.argparse.ArgumentTypeError, match="JSON"):
            command.json_object(text)


def npy(shape, dtype="|u1", data=b""):
    """An .npy file whose header declares `shape`, whatever `data` has."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def npz(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        npy((10**12,)),
        npy((10**6, 10**6, 10**6)),
        npy((2**40,), "|O"),
        npy((-1,)),
        npy("(" * 3000),
        npy((3,), "|u1", b"12"),
        npy((1,), "<U1000000000"),
        b"\x93NUMPY\x09\x00",
    ],
)
def test_an_array_that_declares_more_than_it_has(refused, content):
    refused(npz(content), lambda path: arrays.load_npz(path, ["a"]), "cannot be read as .npz")


def test_an_array_that_unpacks_to_more_than_any_data_set(refused, monkeypatch):
    monkeypatch.setattr(arrays, "LARGEST", 1 << 20)
    bomb = npz(npy((1 << 21,), data=bytes(1 << 21)))
    assert len(bomb) < 4000
    refused(bomb, lambda path: arrays.load_npz(path, ["a"]), "expected at most 1048576")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"x_train": np.zeros((), np.uint8)}, "x_train: is uint8 []"),
        ({"x_train": np.zeros((40, 28, 28, 3), np.uint8)}, "expected uint8 [40, 28, 28, 1]"),
        ({"x_test": np.zeros((40, 28, 28, 1))}, "x_test: is float64"),
        ({"y_test": np.full(40, 10)}, "y_test: label 10 is outside 0 to 9"),
        ({"y_train": np.zeros(0, np.int64)}, "y_train is empty"),
    ],
)
def test_a_data_set_that_is_not_as_described(refused, changes, match):
    content = readers.npz(readers.small_dataset() | changes)

    def read(path):
        open_task(path, readers.small_parameters(), torch.device("cpu"))

    refused(content, read, match)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "expected"),
        (bytes([0, 0, 8, 70]) + b"\0\0\0\1" * 70 + b"x", "header of 70 dimensions"),
        (bytes([0, 0, 8, 3]) + b"\0\0\0\0" + b"\xff" * 8, "holds nothing"),
    ],
)
def test_idx(refused, content, match):
    refused(gzip.compress(content), idx.read_gzipped, match)


def test_an_idx_file_that_unpacks_without_end(refused, monkeypatch):
    monkeypatch.setattr(idx, "_LARGEST", 1 << 20)
    bomb = gzip.compress(bytes(1 << 22))
    assert len(bomb) < 5000
    refused(bomb, idx.read_gzipped, "unpacks to more than 1048576 bytes")


def nested_keys(depth):
    """A dict whose key is a tuple of itself twice, and so on: 2 ** depth steps to hash."""
    return b"\x80\x02}" + b"K\x01" + b"2\x86" * depth + b"K\x00s."


class Swapped:
    """A dtype of objects whose flags say that it holds plain bytes, which numpy then believes."""

    def __reduce__(self):
        return np.dtype, ("O8", False, True), (3, "|", None, None, None, -1, -1, 0)


class Pointers:
    """An array of that type: its bytes would be addresses of objects."""

    def __reduce__(self):
        make, arguments, _ = np.zeros(1, "u8").__reduce__()
        return make, arguments, (1, (1,), Swapped(), False, b"A" * 8)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (nested_keys(200), "a key that is no text or number is refused"),
        (pickle.dumps(Swapped(), 2), "'O8' is refused"),
        (pickle.dumps(Pointers(), 2), "'O8' is refused"),
        (pickle.dumps(np.zeros(2, [("a", "u1")]), 2), "is refused"),
        (b"\x80\x02c_codecs\nencode\n}b.", "a state for what is no array"),
        (b"\x80\x02cnumpy\nndarray\n.", "no array and no plain value"),
        (pickle.dumps({1, 2}, 4), "cannot be opened"),
        (b"\x80\x04\x8e" + b"\xff" * 8, "cannot be opened"),
        (b"\x80\x02" + b"(" * 100_000 + b"l" * 99_999 + b".", "cannot be opened"),
    ],
)
def test_pickles(refused, content, match):
    refused(content, load_pickle, match)


def test_a_memo_is_as_large_as_what_is_in_it(tmp_path):
    """A memo in C would be 34 GB of zeros for this one entry."""
    path = tmp_path / "x.pkl"
    path.write_bytes(b"\x80\x02K\x01r\xff\xff\xff\x7f.")
    reads_or_refuses(load_pickle, path, tmp_path)
    assert load_pickle(path) == 1


def test_what_a_pickle_holds_twice_it_holds_once(tmp_path):
    array = np.arange(3, dtype=np.uint8)
    itself = [array, array]
    itself.append(itself)
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(itself, 2))
    loaded = load_pickle(path)
    assert loaded[2] is loaded
    assert loaded[0] is loaded[1]
    assert type(loaded[0]) is np.ndarray
    assert loaded[0].flags.writeable


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", DEEP, '{"round": 5, "rows": []}', '{"round": 0, "rows": [1]}']
)
def test_a_state_whose_digest_is_right_and_whose_content_is_none(refused, content):
    metadata = {"fingerprint": "f", "content": content}
    metadata["digest"] = state._digest(metadata, {})
    refused(
        readers.safetensors({}, metadata),
        lambda path: state.load(path, "f"),
        "its content is no state",
    )


def tidy_with(column, value):
    table = cell(rounds=3).astype({column: object})
    table.loc[1, column] = value
    return readers.as_csv(table)


@pytest.mark.parametrize(
    ("column", "value", "match"),
    [
        ("wg_norm", "", "column wg_norm has an empty or non-numeric value"),
        ("backdoor_acc", "101", "outside 0 to 100"),
        ("task", "", "lacks its seed or the name of its cell"),
        ("seed", "-1", "lacks its seed"),
        ("fl_iter", "7", "line 3 is round 7; expected round 1"),
        ("attacker_accepted", " ", "column attacker_accepted has a non-numeric value"),
    ],
)
def test_a_tidy_table_with_a_number_that_none_of_its_cells_has(refused, column, value, match):
    refused(tidy_with(column, value), read_tidy, match)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (readers.tidy_text, read_tidy),
        (readers.measures_text, read_measures),
        (readers.densities_text, densities.read),
    ],
)
def test_a_seed_that_is_no_64_bit_number(refused, text, read):
    table = pd.read_csv(io.StringIO(text()), dtype=str)
    table["seed"] = "9" * 25
    refused(table.to_csv(index=False), read, "not a readable")


def test_a_table_without_a_parameter_of_its_figure():
    with pytest.raises(DataError, match=r"its table lacks the columns defense\.norm_bound"):
        figures.draw("appendix-bound", cell(rounds=3))


def test_an_address_that_is_none_is_told_like_one_that_fails(tmp_path):
    wanted = source(SourceFile("a.zip", ("https://[",), (member("kept.bin", b"x"),)))
    with pytest.raises(DataError, match=r"https://\[: is no address"):
        fetch(wanted, tmp_path / "out")


@pytest.mark.parametrize("url", ["https://example.org/..", "https://example.org/", "http://x/a;b"])
def test_an_address_that_names_no_archive_is_not_asked(tmp_path, url):
    wanted = source(SourceFile("a.zip", (url,), (member("kept.bin", b"x"),)))
    with mock.patch("requests.get") as asked, pytest.raises(DataError, match="nor an archive"):
        fetch(wanted, tmp_path / "out")
    assert not asked.called


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_a_path_without_a_name_cannot_be_written(path):
    with pytest.raises(ConfigError, match="names no file to write"), atomic_path(path):
        pass


def test_an_argument_that_is_no_utf_8_is_told(capsys):
    def main():
        "\udcff".encode()

    with pytest.raises(SystemExit):
        command.run(main)
    assert capsys.readouterr().err.startswith("error: 'utf-8' codec can't encode")


def cell_with(**changes):
    return json.loads(json.dumps(readers.small_parameters())) | changes


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({}, "rounds: is missing"),
        (cell_with(rounds=None), "rounds: None is not of type 'integer'"),
        (cell_with(rounds=10**400), "greater than the maximum"),
        (cell_with(task="../x"), "'../x' cannot be used"),
        (cell_with(attack=["pgd"]), "expected names"),
        (cell_with(attack="pgd; x"), "'pgd; x' is unknown"),
        (cell_with(defense={"name": "krum", "x": 1}), "krum"),
        (cell_with(defense="krum"), "expected names"),
        (cell_with(switches={}), "switches.orientation: is missing"),
        (cell_with(x=1), "'x': unknown; allowed:"),
    ],
)
def test_parameters_of_a_cell_by_hand(parameters, match):
    with pytest.raises(ConfigError) as caught:
        handed.check_cell(parameters)
    assert match in str(caught.value)


@pytest.mark.parametrize("name", ["config", "small", "demo", "test"])
def test_parameters_of_every_cell_pass(name):
    whole = config.load(readers.CONFIG / f"{name}.yaml")
    for one in dict.fromkeys(readers.all_cells(whole)):
        handed.check_cell(config.resolve_cell(whole, one))


def test_a_document_of_plain_values_is_one():
    assert documents.plain_problem({"a": [1, 2.5, None, True, {"b": "c"}], "d": 10**400}) is None
