"""Pixels of every kind of file, against Pillow and by hand; and the files that are refused."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.datasets.photographs.made_up import encoded, photo

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.decode import UnusableImage, decode, decode_bytes

PICTURE = Image.fromarray(photo(0))


def with_pillow(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


@pytest.mark.parametrize("options", [{"quality": 90}, {"quality": 40, "progressive": True}])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_jpeg_has_the_pixels_that_pillow_decodes(options, subsampling):
    content = encoded(PICTURE, subsampling=subsampling, **options)
    image, mode = decode_bytes(content)
    np.testing.assert_array_equal(image, with_pillow(content))
    assert (mode, image.dtype, image.flags.c_contiguous) == ("RGB", np.uint8, True)


def test_grey_becomes_three_equal_channels():
    for kind in ("JPEG", "PNG"):
        content = encoded(PICTURE.convert("L"), kind)
        image, mode = decode_bytes(content)
        assert mode == "L"
        np.testing.assert_array_equal(image, with_pillow(content))
        assert (image == image[..., :1]).all()


def test_cmyk_comes_near_the_colours_it_was_made_of():
    image, mode = decode_bytes(encoded(PICTURE.convert("CMYK"), quality=95, subsampling=0))
    assert mode == "CMYK"
    assert np.abs(image.astype(int) - photo(0)).mean() < 10


def test_png_is_exact_whatever_its_name(tmp_path):
    (tmp_path / "a.JPEG").write_bytes(encoded(PICTURE, "PNG"))
    np.testing.assert_array_equal(decode(tmp_path / "a.JPEG"), photo(0))


def test_transparent_parts_are_white():
    pixels = np.dstack([photo(0), np.full((40, 48), 255, np.uint8)])
    pixels[:8, :8, 3] = 0
    pixels[:8, 8:16] = (0, 0, 0, 51)
    image, mode = decode_bytes(encoded(Image.fromarray(pixels), "PNG"))
    assert mode == "RGBA"
    assert (image[:8, :8] == 255).all()
    # One fifth black on white.
    assert (image[:8, 8:16] == 204).all()
    np.testing.assert_array_equal(image[8:], photo(0)[8:])


def test_transparent_colour_of_a_palette_is_white():
    palette = PICTURE.quantize(8)
    corner = palette.getpixel((0, 0))
    image, mode = decode_bytes(encoded(palette, "PNG", transparency=corner))
    assert mode == "P"
    index = np.asarray(palette)
    assert (image[index == corner] == 255).all()
    np.testing.assert_array_equal(
        image[index != corner], np.asarray(palette.convert("RGB"))[index != corner]
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_turned_as_exif_says(kind):
    exif = Image.Exif()
    exif[0x112] = 6  # The top of what was seen is at the right of what is stored.
    content = encoded(PICTURE, kind, exif=exif)
    np.testing.assert_array_equal(decode_bytes(content)[0], np.rot90(with_pillow(content), -1))


def test_first_picture_of_a_jpeg_with_several():
    """Phones add depth or brightness maps to a photograph in this way."""
    content = encoded(PICTURE, "MPO", save_all=True, append_images=[PICTURE.rotate(180)])
    np.testing.assert_array_equal(decode_bytes(content)[0], with_pillow(content))


def deep():
    grey = np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257
    return encoded(Image.fromarray(grey), "PNG")


JPEG, PNG = encoded(PICTURE), encoded(PICTURE, "PNG")
REFUSED = {
    "empty": b"",
    "neither JPEG nor PNG": encoded(PICTURE, "GIF"),
    "16 bits per channel": deep(),
    "animated": encoded(PICTURE, "PNG", save_all=True, append_images=[PICTURE.rotate(180)]),
    "under 8 pixels wide or high": encoded(PICTURE.resize((40, 7))),
}
BROKEN = [JPEG[: len(JPEG) // 2], JPEG[:-2], JPEG[:20], PNG[: len(PNG) // 2], PNG[:20]]


@pytest.mark.parametrize(
    ("reason", "content"),
    [*REFUSED.items(), *(("broken or truncated", content) for content in BROKEN)],
)
def test_refused(reason, content):
    with pytest.raises(UnusableImage) as error:
        decode_bytes(content)
    assert error.value.reason == reason


def test_refusal_names_the_file(tmp_path):
    with pytest.raises(DataError, match=r"absent.jpg: cannot be used, unreadable \(No such file"):
        decode(tmp_path / "absent.jpg")
