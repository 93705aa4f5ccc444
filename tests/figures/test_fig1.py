import numpy as np
import pytest
from tests.figures.made_up import texts

from edgecase.base.errors import ConfigError, DataError
from edgecase.figures import fig1, style
from edgecase.population.poison import PoisonedData, save_poison
from scripts import montage


def digits(count, value=0):
    """Images 28 × 28 × 1 with a bright top row: transposed, the left column is bright."""
    images = np.full((count, 28, 28, 1), value, np.uint8)
    images[:, 0] = 255
    return images


def block(task="emnist-ardis", standin=False, **changes):
    poison = {
        "attacker_edge_x": digits(20, 10),
        "attacker_edge_y": np.ones(20, int),
        "test_x": digits(5, 20),
    }
    return fig1.make_block(
        task, digits(30), poison | changes, "0123456789", 7, standin, "published"
    )


@pytest.mark.parametrize(
    ("stored", "orientation", "turned"),
    [
        ("transposed", "published", False),  # EMNIST, left as it is
        ("transposed", "upright", True),
        ("upright", "published", True),  # MNIST, laid down as EMNIST is
        ("upright", "upright", False),
    ],
)
def test_digits_are_shown_as_the_simulator_feeds_them(stored, orientation, turned):
    expected = digits(3).transpose(0, 2, 1, 3) if turned else digits(3)
    np.testing.assert_array_equal(fig1.oriented(digits(3), stored, orientation), expected)


def test_colour_images_are_never_turned():
    images = np.arange(2 * 32 * 32 * 3).reshape(2, 32, 32, 3).astype(np.uint8)
    for orientation in fig1.ORIENTATIONS:
        np.testing.assert_array_equal(fig1.oriented(images, None, orientation), images)


def test_unknown_orientation_is_refused():
    with pytest.raises(ConfigError, match="orientation: 'upside-down'"):
        fig1.oriented(digits(1), "upright", "upside-down")


def test_three_strips_per_task_with_the_label_the_attacker_wants():
    figure = fig1.draw([block(), block(task="standin-digits", standin=True)])
    assert len(figure.axes) == 6
    strip = figure.axes[0].images[0].get_array()
    assert strip.shape == (28, 12 * 30 - 2)
    # Five test images fill five places, the rest of the row is white.
    test_strip = figure.axes[2].images[0].get_array()
    assert (test_strip[5, :28] == 20).all()
    assert (test_strip[:, 5 * 30 :] == 255).all()
    assert "attacker wants “1”" in texts(figure)
    assert "labelled “7”" in texts(figure)
    assert f"{style.STANDIN_MARK}, not the paper's: standin-digits" in texts(figure)


def test_real_data_is_not_marked():
    assert style.STANDIN_MARK not in texts(fig1.draw([block()]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_x": digits(0)}, "emnist-ardis: test_x holds no image"),
        ({"attacker_edge_y": np.array([1, 2])}, r"holds labels \[1, 2\]; expected one"),
    ],
)
def test_sets_that_cannot_be_shown_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        block(**changes)


def test_script_draws_stored_digits_upright_or_as_published(tmp_path, monkeypatch):
    images = {"x_train": digits(30, 5), "y_train": np.repeat([1, 7], 15)}
    np.savez_compressed(tmp_path / "standin-digits.npz", **images)
    poison = PoisonedData(
        attacker_clean_index=np.arange(3),
        attacker_edge_x=digits(20, 10),
        attacker_edge_y=np.ones(20, int),
        honest_edge_x=digits(0),
        honest_edge_y=np.zeros(0, int),
        honest_edge_client=np.zeros(0, int),
        test_x=digits(15, 20),
        test_y=np.ones(15, int),
    )
    save_poison(tmp_path / "seed0.npz", poison, images["y_train"])
    drawn = []
    monkeypatch.setattr(montage.page, "save", lambda figure, **paths: drawn.append(figure))
    for orientation in fig1.ORIENTATIONS:
        montage.main(
            [
                "--tasks",
                "standin-digits",
                "--datasets",
                str(tmp_path / "standin-digits.npz"),
                "--poison",
                str(tmp_path / "seed0.npz"),
                "--source-class",
                "7",
                "--orientation",
                orientation,
                "--pdf",
                "x.pdf",
                "--png",
                "x.png",
            ]
        )
    published, upright = ([axis.images[0].get_array() for axis in f.axes] for f in drawn)
    # The bright row is a column in the data set's digits as published, a row everywhere else.
    assert (published[0][:, 0] == 255).all()
    assert published[0][0, 1] == 5
    for strip in (upright[0], published[1], upright[1], published[2], upright[2]):
        assert (strip[0] == 255).all()
        assert strip[1, 0] < 255
    assert style.STANDIN_MARK in texts(drawn[0])
