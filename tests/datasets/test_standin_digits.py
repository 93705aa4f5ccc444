import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from edgecase.datasets import standin_digits, standin_sevens


@pytest.fixture(scope="module")
def digits():
    return standin_digits.digits()


@pytest.fixture(scope="module")
def sevens():
    return standin_sevens.sevens()


def test_counts_types_and_range(digits, sevens):
    for arrays, train, test in ((digits, 2800, 397), (sevens, 200, 60)):
        for split, count in (("train", train), ("test", test)):
            x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
            assert (x.shape, x.dtype) == ((count, 28, 28, 1), np.uint8)
            assert (y.shape, y.dtype) == ((count,), np.int64)
            assert x.min() == 0
            assert x.max() > 200
    assert np.bincount(digits["y_train"], minlength=10).min() > 200
    assert np.bincount(digits["y_test"], minlength=10).min() > 30
    assert (sevens["y_train"] == 7).all()
    assert (sevens["y_test"] == 7).all()


def test_a_picture_is_the_enlarged_scan_in_its_place(digits):
    """Averaged back to 8 x 8, the inner 20 x 20 pixels are scikit-learn's image, upright."""
    scans = load_digits()
    for index, picture, label in (
        (3, digits["x_train"][3], digits["y_train"][3]),
        (1400, digits["x_test"][0], digits["y_test"][0]),
    ):
        inner = np.kron(picture[4:24, 4:24, 0], np.ones((2, 2))).reshape(8, 5, 8, 5).mean((1, 3))
        assert np.corrcoef(inner.ravel(), scans.images[index].ravel())[0, 1] > 0.95
        assert label == scans.target[index]


def test_no_scan_of_the_test_set_is_in_the_training_set(digits):
    plain = {image.tobytes() for image in digits["x_train"][:1400]}
    assert not plain & {image.tobytes() for image in digits["x_test"]}
    scans = {scan.tobytes() for scan in load_digits().images}
    assert len(scans) == 1797  # so that different rows are different scans


def test_the_second_half_is_the_first_slightly_moved(digits):
    plain, moved = np.split(digits["x_train"].astype(float), 2)
    assert (digits["y_train"][:1400] == digits["y_train"][1400:]).all()

    def similarity(a, b):
        a, b = (x.reshape(len(x), -1) - x.mean(axis=(1, 2, 3))[:, None] for x in (a, b))
        return (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))

    own = similarity(plain, moved)
    other = similarity(plain, np.roll(moved, 700, axis=0))
    assert own.max() < 0.999
    assert own.mean() > 0.75
    assert np.mean(own > other) > 0.9


def test_every_call_gives_the_same_and_sevens_differ_from_each_other(sevens):
    again = standin_sevens.sevens()
    for name, array in sevens.items():
        np.testing.assert_array_equal(array, again[name])
    pictures = np.concatenate([sevens["x_train"], sevens["x_test"]])
    assert len({picture.tobytes() for picture in pictures}) == 260


def test_a_plain_model_learns_the_digits_and_does_not_take_the_sevens_for_ones(digits, sevens):
    model = LogisticRegression(C=0.01, tol=0.01)
    model.fit(digits["x_train"].reshape(2800, -1) / 255, digits["y_train"])
    accuracy = model.score(digits["x_test"].reshape(397, -1) / 255, digits["y_test"])
    assert 0.85 < accuracy < 0.99
    answers = model.predict(sevens["x_test"].reshape(60, -1) / 255)
    assert np.mean(answers == 1) < 0.2
