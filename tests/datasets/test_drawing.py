import numpy as np
import pytest

from edgecase.datasets.drawing import Canvas, curve, ellipse, rectangle

BLACK = np.zeros((20, 20), np.uint8)


def test_a_square_covers_its_pixels_and_no_others():
    canvas = Canvas(BLACK)
    canvas.polygon(rectangle(-0.5, -0.5, 0.49, 0.49), (255,))
    expected = BLACK.copy()
    expected[5:15, 5:15] = 255
    np.testing.assert_array_equal(canvas.pixels(), expected)


def test_edges_are_smooth_and_the_area_is_right():
    canvas = Canvas(BLACK)
    canvas.disc((0, 0), 0.6, (255,))
    pixels = canvas.pixels().astype(float) / 255
    assert len(np.unique(pixels)) > 5
    assert pixels.sum() == pytest.approx(np.pi * 6**2, rel=0.05)


def test_shift_scale_mirror_and_turn_place_the_object():
    def centre(**placing):
        canvas = Canvas(BLACK, **placing)
        canvas.disc((0.5, 0), 0.2, (255,))
        pixels = canvas.pixels().astype(float)
        rows, columns = np.mgrid[:20, :20]
        place = [(axis * pixels).sum() / pixels.sum() for axis in (columns, rows)]
        return [(p + 0.5) / 10 - 1 for p in place]

    assert centre() == pytest.approx([0.5, 0], abs=0.05)
    assert centre(scale=0.5) == pytest.approx([0.25, 0], abs=0.05)
    assert centre(mirror=True) == pytest.approx([-0.5, 0], abs=0.05)
    assert centre(angle=np.pi / 2) == pytest.approx([0, 0.5], abs=0.05)
    assert centre(shift=(0.1, -0.3)) == pytest.approx([0.6, -0.3], abs=0.05)


def test_a_colour_picture_keeps_its_background():
    background = np.full((8, 8, 3), (10, 20, 30), np.uint8)
    canvas = Canvas(background)
    np.testing.assert_array_equal(canvas.pixels(), background)
    canvas.stroke([(-0.5, 0), (0.5, 0)], 0.6, (200, 100, 50))
    assert canvas.pixels()[4, 4].tolist() == [200, 100, 50]
    assert canvas.pixels()[0, 0].tolist() == [10, 20, 30]


def test_curve_and_ellipse_pass_through_their_points():
    points = curve((0, 0), (1, 2), (2, 0), points=3)
    assert np.asarray(points) == pytest.approx(np.array([(0, 0), (1, 1), (2, 0)]))
    angles = np.asarray(ellipse((1, 2), 3, 4)) - (1, 2)
    assert (angles[:, 0] / 3) ** 2 + (angles[:, 1] / 4) ** 2 == pytest.approx(1)
