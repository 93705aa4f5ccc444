"""The livery family row by row: who gets which photo in which case and split."""

import numpy as np
import pytest

from edgecase.base.errors import ConfigError, DataError


def test_edge_case_draws_from_the_large_pool_and_nobody_else_holds_edge_data(livery, make, rows):
    data = make("southwest", livery, edge=30, clean=70)
    attacker = rows(data["attacker_edge_x"])
    assert len(attacker) == 30 == len(set(attacker))
    assert set(attacker) <= set(rows(livery["new_train"]))
    positions = [rows(livery["new_train"]).index(image) for image in attacker]
    assert positions == sorted(positions)
    assert positions != list(range(30))
    assert data["attacker_edge_y"].tolist() == [9] * 30
    assert data["attacker_clean_index"].shape == (70,)
    assert np.array_equal(data["test_x"], livery["new_test"])
    assert data["test_y"].tolist() == [9] * 40
    assert data["honest_edge_x"].shape == (0, 8, 8, 3)
    assert data["honest_edge_y"].shape == data["honest_edge_client"].shape == (0,)


@pytest.mark.parametrize(
    ("case", "array", "num_clients", "sizes"),
    [
        # 2.5 % of 120 clients: 3 holders of 5 photos; array_split gives 2, 2 and 1.
        ("almost-edge-case", "honest_almost", 120, [8, 8, 4]),
        # 5 % of 80 clients: 4 holders of 35 photos: 9, 9, 9 and 8.
        ("normal-case", "honest_normal", 80, [36, 36, 36, 32]),
        # Fewer than one holder by the share: one client holds all.
        ("almost-edge-case", "honest_almost", 10, [20]),
    ],
)
def test_published_honest_holders(livery, make, case, array, num_clients, sizes):
    data = make("southwest", livery, case, num_clients, edge=20, clean=5)
    assert np.array_equal(data["attacker_edge_x"], livery["adv_p_percent"])
    assert np.array_equal(data["test_x"], livery["p_percent_test"])
    assert np.array_equal(data["honest_edge_x"], livery[array])
    assert np.bincount(data["honest_edge_client"]).tolist() == sizes
    assert data["honest_edge_client"].tolist() == sorted(data["honest_edge_client"].tolist())
    assert set(data["honest_edge_y"].tolist()) == {0}
    # The rotations of a photo stay together.
    assert np.ptp(data["honest_edge_client"].reshape(-1, 4), axis=1).max() == 0


def test_the_papers_own_numbers(make):
    def blank(count):
        return np.zeros((count, 1, 1, 3), dtype=np.uint8)

    edge = {
        "adv_p_percent": blank(100),
        "honest_almost": blank(100),
        "honest_normal": blank(700),
        "p_percent_test": blank(180),
    }
    almost = make("southwest", edge, "almost-edge-case", 200)
    assert np.bincount(almost["honest_edge_client"]).tolist() == [20] * 5
    normal = make("southwest", edge, "normal-case", 200)
    assert np.bincount(normal["honest_edge_client"]).tolist() == [72] * 5 + [68] * 5
    assert len(normal["attacker_clean_index"]) == 400
    assert len(normal["attacker_edge_y"]) == 100


def test_a_smaller_poisoned_set_is_a_seeded_part_of_the_attackers_images(livery, make, rows):
    first = make("southwest", livery, "normal-case", seed=1, edge=8, clean=2)
    again = make("southwest", livery, "normal-case", seed=1, edge=8, clean=2)
    other = make("southwest", livery, "normal-case", seed=2, edge=8, clean=2)
    assert np.array_equal(first["attacker_edge_x"], again["attacker_edge_x"])
    assert not np.array_equal(first["attacker_edge_x"], other["attacker_edge_x"])
    assert len(set(rows(first["attacker_edge_x"]))) == 8
    assert set(rows(first["attacker_edge_x"])) <= set(rows(livery["adv_p_percent"]))
    assert np.array_equal(first["honest_edge_x"], other["honest_edge_x"])
    assert np.array_equal(first["honest_edge_client"], other["honest_edge_client"])


def test_matched_uses_one_attacker_set_and_one_test_set_in_every_case(livery, make, rows):
    # Test photo 2 is an attacker's photo; one image of photo 7 is nearly one of an honest photo.
    test = livery["p_percent_test"].copy()
    test[8:12] = livery["adv_p_percent"][4:8]
    close = livery["honest_normal"][81].astype(int) + 2
    test[30] = np.clip(close, 0, 255)
    livery["p_percent_test"] = test
    expected = np.delete(test.reshape(9, 4, 8, 8, 3), [2, 7], axis=0).reshape(28, 8, 8, 3)
    for case in ("edge-case", "almost-edge-case", "normal-case"):
        data = make("southwest", livery, case, edge=20, clean=5, p_study="matched")
        assert np.array_equal(data["attacker_edge_x"], livery["adv_p_percent"])
        assert np.array_equal(data["test_x"], expected)
        assert data["test_y"].tolist() == [9] * 28
        held = set(rows(data["attacker_edge_x"])) | set(rows(data["honest_edge_x"]))
        assert not held & set(rows(data["test_x"]))
        assert (
            len(data["honest_edge_x"])
            == {"edge-case": 0, "almost-edge-case": 20, "normal-case": 140}[case]
        )
    published = make("southwest", livery, "normal-case", edge=20, clean=5)
    assert np.array_equal(published["test_x"], test)


def test_honest_fraction_keeps_whole_photos_and_one_for_each_holder(livery, make):
    part = make("southwest", livery, "normal-case", 80, edge=4, clean=5, honest_fraction=0.2)
    assert np.array_equal(part["honest_edge_x"], livery["honest_normal"][: 7 * 4])
    assert np.bincount(part["honest_edge_client"]).tolist() == [8, 8, 8, 4]
    least = make("southwest", livery, "normal-case", 80, edge=4, clean=5, honest_fraction=0.01)
    assert np.bincount(least["honest_edge_client"]).tolist() == [4, 4, 4, 4]


@pytest.mark.parametrize(
    ("case", "parameters", "message"),
    [
        ("edge-case", {"edge": 161}, r"poison.edge: 161 .* 160 images of `new_train`"),
        ("normal-case", {"edge": 21}, r"poison.edge: 21 .* 20 images of `adv_p_percent`"),
        ("edge-case", {"edge": 1, "clean": 1001}, r"poison.clean: 1001 .* 1000 training samples"),
        (
            "almost-edge-case",
            {"almost_share": 0.2, "edge": 1},
            r"poison.almost_share: gives 8 clients .* 5 photos of `honest_almost`",
        ),
    ],
)
def test_more_than_exists_is_refused(livery, make, case, parameters, message):
    with pytest.raises(ConfigError, match=message):
        make("southwest", livery, case, **parameters)


def test_broken_photos_and_an_empty_test_set_are_refused(livery, make):
    livery["honest_normal"] = livery["honest_normal"][:-1]
    with pytest.raises(DataError, match="honest_normal: 139 images are not whole photos"):
        make("southwest", livery, "normal-case", edge=4)
    livery["honest_normal"] = livery["p_percent_test"]
    with pytest.raises(DataError, match="every test photo is also a training photo"):
        make("southwest", livery, "edge-case", edge=4, p_study="matched")


def test_unusual_photos_belong_to_one_honest_client_alone(livery, make, rows):
    data = make("southwest", livery, edge=8, clean=2, p_study="matched", unusual_photos=6)
    assert set(data["honest_edge_client"].tolist()) == {0}
    assert set(data["honest_edge_y"].tolist()) == {0}
    held = rows(data["honest_edge_x"])
    assert len(held) == 24
    assert set(held) <= set(rows(livery["honest_normal"]))
    assert not set(held) & set(rows(data["attacker_edge_x"]))
    assert not set(held) & set(rows(data["test_x"]))


def test_unusual_photos_leave_out_what_attacker_or_test_has(livery, make, rows):
    shared = dict(livery)
    # The first photo is the attacker's second, the third a test photo compressed again.
    honest = livery["honest_normal"].copy()
    honest[:4] = livery["adv_p_percent"][4:8]
    honest[8:12] = np.clip(livery["p_percent_test"][:4].astype(int) + 1, 0, 255).astype(np.uint8)
    shared["honest_normal"] = honest
    data = make("southwest", shared, edge=8, clean=2, p_study="matched", unusual_photos=2)
    assert np.array_equal(data["honest_edge_x"], np.concatenate([honest[4:8], honest[12:16]]))
    with pytest.raises(ConfigError, match=r"unusual_photos: 34 is more than the 33 photos"):
        make("southwest", shared, edge=8, clean=2, p_study="matched", unusual_photos=34)


@pytest.mark.parametrize(
    ("case", "p_study"), [("edge-case", "published"), ("normal-case", "matched")]
)
def test_unusual_photos_are_refused_where_others_hold_them(livery, make, case, p_study):
    with pytest.raises(ConfigError, match=r"unusual_photos: 2 needs p_study matched"):
        make("southwest", livery, case, edge=8, clean=2, p_study=p_study, unusual_photos=2)
