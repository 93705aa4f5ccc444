"""The sevens family row by row: fractions, rotations and the honest holders."""

import numpy as np
import pytest
from torchvision.transforms.functional import rotate, to_pil_image

from edgecase.base.errors import ConfigError, DataError
from edgecase.population.poison.sevens import rotations


@pytest.fixture
def sevens(digits):
    return digits["x_train"][digits["y_train"] == 7]


def test_the_attacker_takes_the_first_sevens_in_file_order(digits, sevens, make):
    data = make("ardis", digits, fraction=0.15, clean=33)
    assert np.array_equal(data["attacker_edge_x"], sevens[:9])
    assert data["attacker_edge_y"].tolist() == [1] * 9
    assert data["attacker_clean_index"].shape == (33,)
    assert np.array_equal(data["test_x"], digits["x_test"][:10])
    assert data["test_y"].tolist() == [1] * 10
    assert data["honest_edge_x"].shape == (0, 6, 6, 1)


def test_almost_edge_case_gives_the_next_sevens_one_to_each_holder(digits, sevens, make):
    data = make(
        "ardis", digits, "almost-edge-case", 300, fraction=0.1, clean=5, honest_fraction=0.5
    )
    assert np.array_equal(data["honest_edge_x"], sevens[6:12])  # 0.0195 · 300 = 5.85
    assert data["honest_edge_client"].tolist() == [0, 1, 2, 3, 4, 5]
    assert data["honest_edge_y"].tolist() == [7] * 6


@pytest.mark.parametrize(
    ("fraction", "count", "sizes"), [(1.0, 54, [14, 14, 13, 13]), (0.2, 11, [3, 3, 3, 2])]
)
def test_normal_case_shares_the_rest(digits, sevens, make, fraction, count, sizes):
    data = make("ardis", digits, "normal-case", 80, fraction=0.1, honest_fraction=fraction)
    assert np.array_equal(data["honest_edge_x"], sevens[6 : 6 + count])
    assert np.bincount(data["honest_edge_client"]).tolist() == sizes
    assert data["honest_edge_client"].tolist() == sorted(data["honest_edge_client"].tolist())
    assert data["honest_edge_y"].tolist() == [7] * count


def test_the_papers_own_numbers(make):
    numbered = np.zeros((660, 2, 2, 1), dtype=np.uint8)
    numbered[:, 0, 0, 0], numbered[:, 0, 1, 0] = np.divmod(np.arange(660), 256)
    edge = {
        "x_train": numbered,
        "y_train": np.full(660, 7),
        "x_test": numbered[:100],
        "y_test": np.full(100, 7),
    }

    def numbers(images):
        return (images[:, 0, 0, 0].astype(int) * 256 + images[:, 0, 1, 0]).tolist()

    almost = make("ardis", edge, "almost-edge-case", 3383)
    assert numbers(almost["attacker_edge_x"]) == list(range(66))
    assert len(almost["attacker_clean_index"]) == 100
    assert numbers(almost["honest_edge_x"]) == list(range(66, 132))
    assert almost["honest_edge_client"].tolist() == list(range(66))
    normal = make("ardis", edge, "normal-case", 3383)
    assert numbers(normal["honest_edge_x"]) == list(range(66, 660))
    # 594 = 169 · 3 + 87
    assert np.bincount(normal["honest_edge_client"]).tolist() == [4] * 87 + [3] * 82
    assert len(make("ardis", edge, fraction=10)["attacker_edge_x"]) == 7260


def test_whole_fractions_add_rotations_of_every_seven(digits, sevens, make):
    data = make("ardis", digits, fraction=2, clean=3)
    attacker = data["attacker_edge_x"]
    assert attacker.shape == (180, 6, 6, 1)
    assert attacker.dtype == np.uint8
    assert np.array_equal(attacker[:60], sevens)
    # By 90 and 180 degrees anticlockwise; a quarter turn of a square moves whole pixels.
    assert np.array_equal(attacker[60::2], np.rot90(sevens, 1, axes=(1, 2)))
    assert np.array_equal(attacker[61::2], np.rot90(sevens, 2, axes=(1, 2)))
    assert data["attacker_edge_y"].tolist() == [1] * 180


def test_rotations_are_those_of_torchvision():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    expected = [
        np.asarray(rotate(to_pil_image(image), 18.0 * i, fill=[0]))
        for image in images
        for i in range(1, 11)
    ]
    assert np.array_equal(rotations(images, 10)[..., 0], np.stack(expected))


@pytest.mark.parametrize(
    ("case", "parameters", "message"),
    [
        ("edge-case", {"fraction": 0.01}, r"poison.fraction: 0.01 of 60 sevens is none"),
        (
            "edge-case",
            {"fraction": 1.5},
            r"poison.fraction: 1.5 is not allowed .*; allowed: number > 0, ≤ 180, whole from 1 on",
        ),
        (
            "edge-case",
            {"fraction": 181},
            r"poison.fraction: 181 is not allowed",
        ),
        ("edge-case", {"fraction": 0}, r"poison.fraction: 0 is"),
        (
            "normal-case",
            {"fraction": 1},
            r"poison.normal_share: gives 2 clients edge data, but only 0 sevens that the attacker",
        ),
        (
            "almost-edge-case",
            {"almost_share": 1, "fraction": 0.5},
            r"poison.almost_share: gives 40 clients edge data, but only 30 sevens",
        ),
        ("edge-case", {"edge": 5}, r"poison.edge: is unknown; allowed: fraction, clean"),
    ],
)
def test_what_cannot_be_is_refused(digits, make, case, parameters, message):
    with pytest.raises(ConfigError, match=message):
        make("ardis", digits, case, **parameters)


def test_an_edge_set_without_sevens_is_refused(digits, make):
    digits["y_test"] = np.full(14, 3)
    with pytest.raises(DataError, match="no image of class 7"):
        make("ardis", digits)
