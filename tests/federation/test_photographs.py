"""Photographs in files: what is read, when, and that it changes no number."""

import threading
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from tests.federation.small import PARAMETERS, SEED, SIZES
from torch import nn

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.mapped import centre_crop, open_mapped, write_mapped
from edgecase.federation import photographs
from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.crops import MEAN, STD, random_resized_crop
from edgecase.federation.flat import FlatModel
from edgecase.federation.parameters import CellParameters
from edgecase.federation.photographs import MappedStore, PhotographStore, let_go_after
from edgecase.federation.simulate import Classes, SeedRun, participants_of, simulate
from edgecase.federation.trainer import Sequential
from edgecase.federation.transforms import TaskTransforms
from edgecase.population.partition import Partition

SIZE, SIDE, ROUNDS = 12, 16, 16
TOTAL = sum(SIZES) + 10
AS_THEY_ARE = TaskTransforms(None, None, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """JPEGs of different sizes, some of them grey, and a PNG."""
    folder = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for row in range(TOTAL):
        height, width = rng.integers(18, 30, 2)
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).convert("L" if row % 7 == 0 else "RGB")
        image.save(folder / f"{row}.JPEG", "PNG" if row == 3 else "JPEG")
    return folder


NAMES = [f"{row}.JPEG" for row in range(TOTAL)]


@pytest.fixture
def store(folder):
    labels = torch.arange(TOTAL) % 10
    return PhotographStore.of(folder, NAMES, labels, size=SIZE, side=SIDE, threads=2)


class World:
    """One seed of a federation whose clients hold photographs, and an attacker with edge cases."""

    def __init__(self, store):
        rng = np.random.default_rng(0)
        partition = Partition(rng.permutation(TOTAL)[: sum(SIZES)], np.cumsum([0, *SIZES]))
        edge = rng.integers(0, 256, (10, SIDE, SIDE, 3), dtype=np.uint8)
        poison = {
            **{"attacker_clean_index": np.arange(6), "attacker_edge_x": edge[:4]},
            **{"attacker_edge_y": np.full(4, 1), "honest_edge_x": edge[4:6]},
            **{"honest_edge_y": np.full(2, 7), "honest_edge_client": np.array([1, 4])},
            **{"test_x": edge[6:], "test_y": np.full(4, 1)},
        }
        values = {
            "local_epochs": 2,
            "rounds": ROUNDS,
            "clients_per_round": 2,
            "attack": "blackbox",
            "first_attack_round": 1,
        }
        values |= {"attacker_epochs": 2}
        values |= {"defense": {"name": "no-defense"}}
        self.parameters = CellParameters.of(PARAMETERS | values)
        (self.population,) = build_populations(
            store, [partition], [poison], AS_THEY_ARE, count_edge_samples=False
        )
        tests = build_tests(store, poison, AS_THEY_ARE, torch.float32)
        # Nothing is read for a test: what is counted is training.
        self.tests = replace(tests, inputs=torch.cat(list(tests.inputs.split(50))))
        torch.manual_seed(0)
        self.model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(3 * SIZE**2, 10)))

    def records(self):
        yield from simulate(
            *(Sequential(self.model), self.model.parameters.clone()),
            *([SeedRun(SEED, self.population, self.tests)], Classes(10, 7, 1, 3)),
            *(self.parameters, 7),
        )

    def rows(self, round):
        """The rows of files that a round's participants train on."""
        present = participants_of(self.parameters, round, SEED)
        own = [samples.index.tolist() for samples in self.population.samples_of(present)]
        return {row for rows in own for row in rows if row < TOTAL}


def numbers(world):
    return [(record.values, record.parameters) for _, record in world.records()]


def test_a_batch_is_the_crops_of_the_decoded_files_and_of_the_edge_cases(store, folder):
    edge = torch.randint(256, (2, SIDE, SIDE, 3), dtype=torch.uint8)
    longer = store.extended([edge], [torch.tensor([1, 1])])
    rows, positions = torch.tensor([3, TOTAL + 1, 0, 3]), torch.tensor([5, 0, 9, 6])
    images = [torch.from_numpy(decode(folder / f"{row}.JPEG")) for row in (3, 0)]
    expected = random_resized_crop([images[0], edge[1], images[1], images[0]], 11, positions, SIZE)
    assert torch.equal(longer.batch(rows, None, 11, positions, torch.float32), expected)
    assert longer.labels[rows].tolist() == [3, 1, 0, 3]
    assert longer.sample_shape == edge.shape[1:]
    assert longer.example(torch.float64).shape == (1, 3, SIZE, SIZE)


def test_a_test_sees_the_middle(store, folder):
    edge = torch.randint(256, (3, SIDE, SIDE, 3), dtype=torch.uint8)
    tested = store.asking(edge, torch.tensor([1, 1, 1])).inputs(None, torch.float32)
    assert len(tested) == TOTAL + 3
    batches = list(tested.split(9))
    assert max(map(len, batches)) == 9
    found = torch.cat(batches)
    for row in (0, 5, TOTAL - 1):
        middle = centre_crop(decode(folder / f"{row}.JPEG"), SIDE, SIZE) / 255
        expected = torch.from_numpy((middle - MEAN) / STD).permute(2, 0, 1).float()
        torch.testing.assert_close(found[row], expected)
    expected = (edge[2, 2:14, 2:14] / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    torch.testing.assert_close(found[-1], expected.permute(2, 0, 1))


def test_a_file_is_decoded_once_a_round_and_two_rounds_are_held(store, monkeypatch):
    counted, lock = Counter(), threading.Lock()

    def counting(path):
        with lock:
            counted[int(path.stem)] += 1
        return decode(path)

    monkeypatch.setattr(photographs, "decode", counting)
    world = World(store)
    counted.clear()
    wanted = [set(), *(world.rows(round) for round in range(1, ROUNDS + 1)), set()]
    decoded, before = Counter(), set()
    for _, record in world.records():
        if record.round:
            window = wanted[record.round] | wanted[record.round + 1]
            assert store.decoded.held == len(window) < TOTAL
            decoded.update(window - before)
            before = window
    assert counted == decoded
    rounds = Counter(row for rows in wanted for row in rows)
    assert all(counted[row] <= rounds[row] for row in counted)
    assert max(counted.values()) > 1, "nobody comes again after a pause"


def test_neither_threads_nor_reading_ahead_change_a_number(folder, monkeypatch):
    labels = torch.arange(TOTAL) % 10

    def run(threads):
        return numbers(
            World(PhotographStore.of(folder, NAMES, labels, size=SIZE, side=SIDE, threads=threads))
        )

    expected = run(1)
    found = [run(3)]
    monkeypatch.setattr(PhotographStore, "expect", lambda store, rows: None)
    found.append(run(2))
    for other in found:
        assert [values for values, _ in other] == [values for values, _ in expected]
        for (_, ours), (_, theirs) in zip(other, expected, strict=True):
            assert torch.equal(ours, theirs)


def test_nothing_is_held_after_an_interruption(store):
    def interrupted():
        with let_go_after(store):
            for _, record in World(store).records():
                if record.round == 2:
                    assert store.decoded.held
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.decoded.held == 0


def test_a_file_that_is_gone_is_named(folder):
    store = PhotographStore.of(
        folder, ["0.JPEG", "gone.JPEG"], torch.zeros(2).long(), size=SIZE, side=SIDE, threads=1
    )
    rows = torch.arange(2)
    store.expect([rows])
    with pytest.raises(DataError, match=r"gone\.JPEG: cannot be used"):
        store.batch(rows, None, 1, rows, torch.float32)


def test_a_mapped_test_set_gives_the_same_inputs(store, folder, tmp_path):
    path = tmp_path / "test.npy"
    files = [folder / name for name in NAMES]
    digest = write_mapped(path, files, side=SIDE, size=SIZE, threads=3)
    images = open_mapped(path, digest)
    assert isinstance(images, np.memmap)
    assert images.shape == (TOTAL, SIZE, SIZE, 3)
    mapped = MappedStore(images, np.arange(TOTAL), store.labels, SIZE)
    edge = torch.randint(256, (5, SIDE, SIDE, 3), dtype=torch.uint8)
    wanted = torch.ones(5, dtype=torch.int64)
    ours, theirs = (each.asking(edge, wanted) for each in (mapped, store))
    found, expected = (each.inputs(None, torch.float32) for each in (ours, theirs))
    assert len(found) == len(expected) == len(ours.labels)
    for size in (1, 7, TOTAL, 1000):
        parts = zip(found.split(size), expected.split(size), strict=True)
        assert all(torch.equal(a, b) for a, b in parts)
    rows = torch.tensor([TOTAL + 2, 4])
    batch = ours.batch(rows, None, 0, rows, torch.float32)
    assert torch.equal(batch, torch.cat(list(expected.split(1)))[rows])


@pytest.mark.parametrize("size", [(60, 47), (47, 60), (33, 32), (200, 31)])
def test_the_middle_is_torchvisions(size):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    resize, crop = torchvision.transforms.Resize(32), torchvision.transforms.CenterCrop(28)
    expected = np.asarray(crop(resize(Image.fromarray(pixels))))
    assert np.array_equal(centre_crop(pixels, 32, 28), expected)


def test_a_mapped_file_that_changed_is_refused(folder, tmp_path):
    path = tmp_path / "test.npy"
    digest = write_mapped(path, [folder / "0.JPEG"], side=SIDE, size=SIZE)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"expected sha256 {digest}, found"):
        open_mapped(path, digest)
    with pytest.raises(DataError, match=r"none\.npy"):
        open_mapped(tmp_path / "none.npy", digest)


def test_a_broken_photograph_leaves_no_file(folder, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    files = [folder / "0.JPEG", tmp_path / "broken.jpg"]
    with pytest.raises(DataError, match=r"broken\.jpg"):
        write_mapped(tmp_path / "test.npy", files, side=SIDE, size=SIZE)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "broken.jpg"]
