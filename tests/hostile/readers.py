"""The targets that read a file: every reader of the library."""

import functools
import gzip
import hashlib
import io
import json
import lzma
import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import numpy as np
import requests
import torch
import yaml
from hypothesis import strategies as st
from safetensors.torch import save
from tests.datasets.made_up import CONTAINERS, member, source
from tests.figures.made_up import cell, rounds_table, write_cell
from tests.hostile.guard import guarded, reads_or_refuses
from tests.hostile.mutate import damaged, json_files, odd_fields, yaml_files
from tests.hostile.target import Target, register
from tests.report.made_up import CLAIMS, claims, record

from edgecase import claims as paper_claims
from edgecase import config, densities, models, partition, poison
from edgecase.claims.measured import read_measures
from edgecase.datasets import ardis, cifar10, idx
from edgecase.datasets.archives import extract
from edgecase.datasets.fetch import fetch
from edgecase.datasets.sources import SourceFile, load_sources
from edgecase.datasets.unpickle import load_pickle
from edgecase.federation import authors, probe, state
from edgecase.federation.flat import FlatModel
from edgecase.federation.pretrain import load_start
from edgecase.federation.task import open_task
from edgecase.grid import all_cells
from edgecase.plan import speed
from edgecase.plan.work import Job, Setting, Work
from edgecase.records import read_cell
from edgecase.report import facts
from edgecase.report.claims import read_claims
from edgecase.results import TIMING_COLUMNS, read_rounds
from edgecase.summary import measures
from edgecase.tables import read_starts, read_tidy, tidy

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"


def reader(
    name: str,
    file: str,
    inputs: Callable[[], st.SearchStrategy[bytes]],
    read: Callable[[Path], object],
    share: float = 1.0,
) -> None:
    """Register a target that gives its file to a function of the library."""

    def check(path: Path, folder: Path) -> None:
        reads_or_refuses(read, path, folder)

    register(Target(name, file, inputs, check, share))


@functools.cache
def small_config() -> dict:
    """What config/test.yaml states, with a verdict, densities and roles: every section there is."""
    stated = yaml.safe_load((CONFIG / "test.yaml").read_text())
    return json.loads(json.dumps(stated))


def _config(path: Path) -> None:
    checked = config.load(path)
    folder = Path("results", checked["run"], "cells")
    for one in all_cells(checked):
        # What passes becomes paths and words of commands, as they are.
        inside = folder / one.folder
        assert len(inside.parts) == len(folder.parts) + 6
        assert ".." not in inside.parts
        assert not set(inside.as_posix()) - set("abcdefghijklmnopqrstuvwxyz0123456789./-")
        json.dumps(config.resolve_cell(checked, one), allow_nan=False)


reader("config", "config.yaml", lambda: yaml_files(small_config()), _config, share=0.4)


def _sources() -> st.SearchStrategy[bytes]:
    whole = yaml.safe_load((CONFIG / "sources.yaml").read_text())
    return yaml_files({name: whole[name] for name in ("cifar10", "ardis")})


def _sources_check(path: Path, folder: Path) -> None:
    """Reads the file, and fetches what it names from a network that is not there."""
    out = folder / "out"

    def read(path: Path) -> None:
        for one in load_sources(path).values():
            fetch(one, out / one.name, mirror=path.parent)

    lost = requests.ConnectionError("no network")
    with mock.patch("requests.get", side_effect=lost), mock.patch("pooch.core.time.sleep"):
        reads_or_refuses(read, path, folder)


register(Target("sources", "sources.yaml", _sources, _sources_check, share=0.4))


def _claims() -> st.SearchStrategy[bytes]:
    whole = yaml.safe_load((CONFIG / "claims.yaml").read_text())
    return yaml_files({"claims": whole["claims"][:4]}, {"claims": whole["claims"][-3:]})


reader("claims-yaml", "claims.yaml", _claims, paper_claims.load, share=0.4)


def _pickles() -> st.SearchStrategy[bytes]:
    pixels = np.arange(2 * 3072, dtype=np.uint8).reshape(2, 3072)
    planes = np.zeros((2, 32, 32, 3), np.uint8)
    batch = {b"data": pixels, b"labels": [3, 9], b"filenames": [b"a.png", b"b.png"]}
    trees = (batch, planes, [np.int64(3), np.float32(0.5)], np.array(["x"]), {"a": (1, (2,))})
    return damaged([pickle.dumps(tree, protocol) for tree in trees for protocol in range(5)])


reader("pickle", "data.pkl", _pickles, load_pickle)


def _batch(path: Path) -> None:
    cifar10.read(path.parent, 2)  # the first batch; the others are not there


reader("cifar10", "data_batch_1", _pickles, _batch)


def npz(arrays: dict[str, np.ndarray], packed: bool = True) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file.getvalue()


def small_dataset(count: int = 40) -> dict[str, np.ndarray]:
    """Arrays as of the stand-in digits, a few."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 28, 28, 1), np.uint8)
    labels = np.arange(count, dtype=np.int64) % 10
    return {"x_train": images, "y_train": labels, "x_test": images[::-1], "y_test": labels[::-1]}


def small_partition(clients: int = 4, samples: int = 40) -> partition.Partition:
    return partition.Partition(
        np.arange(samples, dtype=np.int64), np.linspace(0, samples, clients + 1).astype(np.int64)
    )


def small_poison() -> poison.PoisonedData:
    images = np.zeros((3, 28, 28, 1), np.uint8)
    ones = np.ones(3, np.int64)
    return {
        "attacker_clean_index": np.arange(4, dtype=np.int64),
        "attacker_edge_x": images,
        "attacker_edge_y": ones,
        "honest_edge_x": images[:1],
        "honest_edge_y": 7 * ones[:1],
        "honest_edge_client": ones[:1],
        "test_x": images,
        "test_y": ones,
    }


#: what an array may wrongly be.
_ARRAYS = (
    *(np.zeros((), np.uint8), np.zeros(0), np.zeros((0, 28, 28, 1), np.uint8), np.zeros((1, 0))),
    *(np.full(3, np.nan), np.array(["x", "y"]), np.array([b"x"]), np.array([2**63], np.uint64)),
    *(np.array([-1]), np.array([10**12]), np.zeros((2, 2), bool), np.array([1j])),
    *(np.array(["2020"], "M8[Y]"), np.zeros(3, [("a", "i4")]), np.zeros((40, 28, 28, 1), ">i8")),
    *(np.arange(40, dtype=np.int64) + 5, np.zeros((40, 28, 28, 3), np.uint8), np.zeros(40)),
)


def _npz_of(arrays: dict[str, np.ndarray]) -> st.SearchStrategy[bytes]:
    """Files with these arrays: one array of another kind, or damaged bytes."""
    odd = st.dictionaries(st.sampled_from(sorted(arrays)), st.sampled_from(_ARRAYS), max_size=2)
    seeds = [npz(arrays), npz(arrays, packed=False)]
    return st.one_of(odd.map(lambda other: npz(arrays | other)), damaged(seeds))


def _small_parameters() -> dict:
    checked = config.load(CONFIG / "test.yaml")
    return config.resolve_cell(checked, all_cells(checked)[0])


small_parameters = functools.cache(_small_parameters)


def _dataset(path: Path) -> None:
    open_task(path, small_parameters(), torch.device("cpu"))


reader(
    "partition", "seed0.npz", lambda: _npz_of(small_partition()._asdict()), partition.load_partition
)
reader("poison", "seed0.npz", lambda: _npz_of(small_poison()), poison.load_poison)
reader("dataset", "standin-digits.npz", lambda: _npz_of(small_dataset()), _dataset)


@functools.cache
def small_model() -> FlatModel:
    return FlatModel(models.build("lenet", width=0.1))


def safetensors(tensors: dict, metadata: dict | None = None) -> bytes:
    return save(tensors, metadata)


def _safetensors(tensors: dict, metadata: dict | None = None) -> st.SearchStrategy[bytes]:
    """Safetensors files: the JSON of the header odd, or damaged bytes."""
    content = safetensors(tensors, metadata)
    length = int.from_bytes(content[:8], "little")
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]

    def joined(head: bytes) -> bytes:
        return len(head).to_bytes(8, "little") + head + body

    return st.one_of(damaged([content]), json_files(header).map(joined))


def _starts() -> st.SearchStrategy[bytes]:
    own = small_model().state()
    odd = [
        {**own, "x": torch.zeros(2)},
        {name: tensor.to(torch.float64) for name, tensor in own.items()},
        {name: tensor.to(torch.complex64) for name, tensor in own.items()},
        {name: torch.full_like(tensor, float("nan")) for name, tensor in own.items()},
        dict(list(own.items())[1:]),
        {},
    ]
    return st.one_of(_safetensors(own), st.sampled_from([safetensors(tensors) for tensors in odd]))


reader("start", "default.safetensors", _starts, lambda path: load_start(small_model(), path))

_FINGERPRINT = state.fingerprint(seed=0)


def _states() -> st.SearchStrategy[bytes]:
    """State files, and state files whose digest is right for what was written into them."""
    rows = [({"fl_iter": n, "wg_norm": 1.5}, {"fl_iter": n, "train_s": 0.1}) for n in range(3)]
    tensors = {"parameters": torch.arange(6.0)}

    def signed(content: bytes) -> bytes:
        metadata = {"fingerprint": _FINGERPRINT, "content": content.decode("utf-8", "replace")}
        metadata["digest"] = state._digest(metadata, tensors)
        return safetensors(tensors, metadata)

    content = {"round": 2, "rows": rows}
    good = {"fingerprint": _FINGERPRINT, "content": json.dumps(content)}
    good["digest"] = state._digest(good, tensors)
    return st.one_of(_safetensors(tensors, good), json_files(content).map(signed))


reader("state", "seed0.safetensors", _states, lambda path: state.load(path, _FINGERPRINT))

_AUTHORS = "emnist_lenet_10epoch.pt"


def _checkpoints() -> st.SearchStrategy[bytes]:
    contents = []
    for saved in (small_model().state(), [torch.zeros(2)], {"x": 1}, torch.zeros(2)):
        for new in (True, False):
            file = io.BytesIO()
            torch.save(saved, file, _use_new_zipfile_serialization=new)
            contents.append(file.getvalue())
    return damaged(contents)


def _checkpoint(path: Path) -> None:
    """As if the published file were this one: the digest alone would refuse each."""
    content = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    with mock.patch.dict(authors.BLOBS, {_AUTHORS: blob}):
        authors.load_authors(small_model(), path)


reader("checkpoint", _AUTHORS, _checkpoints, _checkpoint, share=0.6)


def to_idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def _idx() -> st.SearchStrategy[bytes]:
    """Gzipped IDX files, damaged before or after they were packed."""
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    plain = [to_idx(images), to_idx(np.array([3, 9], np.uint8)), to_idx(np.zeros((1,) * 9, "u1"))]
    packed = [gzip.compress(content) for content in plain]
    return st.one_of(damaged(packed), damaged(plain).map(gzip.compress))


reader("idx", "t10k-labels-idx1-ubyte.gz", _idx, idx.read_gzipped)


def _ardis_images() -> st.SearchStrategy[bytes]:
    line = " ".join(f"{n % 256:.18e}" for n in range(784))
    text = f"{line}\n{line}\n"
    return st.one_of(odd_fields(text, " "), damaged([text.encode()]))


def _ardis_labels() -> st.SearchStrategy[bytes]:
    text = "".join(" ".join(str(float(n == k)) for n in range(10)) + "\n" for k in (3, 7))
    return st.one_of(odd_fields(text, " "), damaged([text.encode()]))


reader(
    "ardis-images", "ARDIS_test_2828.csv", _ardis_images, lambda path: ardis.read_images(path, 2)
)
reader(
    "ardis-labels", "ARDIS_test_labels.csv", _ardis_labels, lambda path: ardis.read_labels(path, 2)
)

_KEPT = b"a published file" * 20
_PACKED = {"data/kept.bin": _KEPT, "other/notes.txt": b"notes"}


def archive(ending: str) -> None:
    """Register the target for one kind of archive; it may write the published file alone."""

    def inputs() -> st.SearchStrategy[bytes]:
        if ending in CONTAINERS:
            packed = [CONTAINERS[ending](_PACKED), CONTAINERS[ending]({"../../kept.bin": b"x"})]
            tars = [CONTAINERS[".tar"](_PACKED)]
        else:
            packed, tars = [{".gz": gzip.compress, ".xz": lzma.compress}[ending](_KEPT)], [_KEPT]
        compress = {".tar.gz": gzip.compress, ".tar.xz": lzma.compress}.get(ending)
        whole = damaged(packed)
        return st.one_of(whole, damaged(tars).map(compress)) if compress else whole

    def check(path: Path, folder: Path) -> None:
        out = folder / "out"
        with guarded(out):
            reasons = extract(path, [member("kept.bin", _KEPT)], out)
        kept = {found.name: found.read_bytes() for found in out.rglob("*")} if out.exists() else {}
        if reasons:
            assert kept == {}
            assert path.name in reasons["kept.bin"]
        else:
            assert kept == {"kept.bin": _KEPT}

    register(Target(f"archive{ending}", f"kept.bin{ending}", inputs, check, share=0.4))


for _ending in (".tar", ".tar.gz", ".tar.xz", ".zip", ".rar", ".gz", ".xz"):
    archive(_ending)


def _mirror_check(path: Path, folder: Path) -> None:
    """A mirror with this archive in it, and no network."""
    wanted = source(SourceFile("a.zip", ("https://[",), (member("kept.bin", _KEPT),)))
    reads_or_refuses(lambda path: fetch(wanted, folder / "out", path.parent), path, folder)


register(
    Target(
        "mirror",
        "a.zip",
        lambda: damaged([CONTAINERS[".zip"](_PACKED)]),
        _mirror_check,
        share=0.3,
    )
)


def as_csv(table) -> str:
    return table.to_csv(index=False, lineterminator="\n")


def csv_files(text: str) -> st.SearchStrategy[bytes]:
    return st.one_of(odd_fields(text), odd_fields(text), damaged([text.encode()]))


def _rounds_text(rounds: int = 4) -> str:
    return as_csv(rounds_table(rounds).astype({"attacker_accepted": "Int64"}))


reader("rounds", "seed0.csv", lambda: csv_files(_rounds_text()), read_rounds)


def _cell_folder(path: Path) -> None:
    """The file as a seed's rounds of a cell whose description is sound."""
    folder = write_cell(path.parent.parent / "cell", rounds=4)
    (folder / "seed0.csv").write_bytes(path.read_bytes())
    tidy([folder], ["rounds"])


reader("cell-rounds", "seed0.csv", lambda: csv_files(_rounds_text()), _cell_folder)


def tidy_text() -> str:
    return as_csv(cell(rounds=4, seeds=(0, 1)))


reader("tidy", "fig4.csv", lambda: csv_files(tidy_text()), read_tidy)


def measures_text() -> str:
    return as_csv(measures(cell(rounds=4, seeds=(0, 1)).assign(seated_client=np.nan)))


reader("measures", "measures.csv", lambda: csv_files(measures_text()), read_measures)


def densities_text() -> str:
    lines = [",".join(densities.COLUMNS)]
    for group in densities.GROUPS:
        lines += [f"digits,False,{seed},{group},mnist,{-1.5 - seed}" for seed in (0, 1)]
    return "\n".join(lines) + "\n"


def _densities(path: Path) -> None:
    densities.below_share(densities.gather([path]))


reader("densities", "digits.csv", lambda: csv_files(densities_text()), _densities)


def timing_text() -> str:
    return ",".join(TIMING_COLUMNS) + "\n0,0,0,0.5\n1,1.5,0.1,0.5\n"


reader(
    "timings",
    "seed0.timing.csv",
    lambda: csv_files(timing_text()),
    lambda path: facts.hours([path]),
)


def claims_text() -> str:
    return as_csv(claims(*CLAIMS))


reader("claims-table", "claims.csv", lambda: csv_files(claims_text()), read_claims)


def _records() -> st.SearchStrategy[bytes]:
    return json_files(record())


reader("cell-record", "cell.json", _records, lambda path: read_cell(path.parent))
reader("report-record", "cell.json", _records, lambda path: facts.read_records([path]))


def start_record() -> dict:
    return {
        "model": {"name": "lenet", "width": 0.25},
        "recipe": {"start": "trained", "epochs": 2, "lr": 0.1},
        "num_parameters": 1000,
        "accuracy": 90.5,
        "norm": 12.5,
        "test_samples": 100,
    }


reader(
    "start-record",
    "default.json",
    lambda: json_files(start_record()),
    lambda path: read_starts([path]),
)


def _probes() -> st.SearchStrategy[bytes]:
    seconds = {"sequential": 0.1, "stacked-vmap": None}
    return json_files({"backend": "sequential", "seconds_per_step": seconds, "work": {}})


reader("probe", "lenet.json", _probes, probe._read_choice)


_SETTING = Setting("standin-digits", "lenet", 0.25, 32, 100, "fp32")


def _calibrations() -> st.SearchStrategy[bytes]:
    cost = {
        "step_s": 0.01,
        "sample_s": 0.001,
        "evaluate_s": 0.0005,
        "training_flops": 300.0,
        "forward_flops": 100.0,
    }
    row = {"setting": asdict(_SETTING), "speed": cost}
    key = _MACHINE.key()
    return json_files({"key": key, "device": "CPU", "start_s": 2.0, "speeds": [row]})


_MACHINE = speed.Machine("cpu", 1, 1)


def _calibration(path: Path) -> None:
    """A calibration that is used tells the seconds of a job; any other is measured anew."""
    job = Job("cell.json", _SETTING, Work(steps=10, samples=100, evaluated=100))
    with mock.patch.object(speed, "calibrate", return_value=None):
        if known := speed.calibrated(_MACHINE, [_SETTING], path):
            assert known.seconds(job) >= 0
            assert known.operations(job) >= 0
            assert isinstance(known.device, str)


reader("calibration", "calibration.json", _calibrations, _calibration)
