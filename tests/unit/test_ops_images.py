"""Photos of every kind are read as they should look, or refused in a sentence."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from explorer.ops import images
from explorer.ops.images import MEAN, STD, PhotoError, decode_photo, load_photo
from explorer.ops.resize import resized
from explorer.ops.sizes import size_within
from tests.photos import BAD, READABLE, PhotoFile, exif_rotated, huge, rgb, scene

Maker = Callable[[Path], PhotoFile]


def name_of(maker: Maker) -> str:
    return maker.__name__


@pytest.mark.parametrize("maker", READABLE, ids=name_of)
def test_readable(maker: Maker, tmp_path: Path) -> None:
    photo = maker(tmp_path)
    assert photo.pixels is not None
    found = load_photo(photo.path)
    assert found.dtype == np.uint8
    assert found.shape == photo.pixels.shape
    assert int(np.abs(found.astype(int) - photo.pixels).max()) <= photo.tolerance
    assert np.array_equal(decode_photo(photo.path.read_bytes(), "the clipboard"), found)


@pytest.mark.parametrize("maker", BAD, ids=name_of)
def test_refused_in_a_sentence(maker: Maker, tmp_path: Path) -> None:
    photo = maker(tmp_path)
    with pytest.raises(PhotoError) as refusal:
        load_photo(photo.path)
    sentence = str(refusal.value)
    assert sentence == f"{photo.path}: {refusal.value.problem}"
    assert refusal.value.path == photo.path
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert ";" in refusal.value.problem, "what is wrong; what to do"


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turned_upright(orientation: int, tmp_path: Path) -> None:
    photo = exif_rotated(tmp_path, orientation)
    assert photo.pixels is not None
    assert np.array_equal(load_photo(photo.path), photo.pixels)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_upright_jpeg_and_tiff_are_turned_once() -> None:
    exif = Image.Exif()
    exif[274] = 6
    for kind in ("JPEG", "TIFF", "WEBP"):
        data = saved(Image.fromarray(scene()), kind, exif=exif)
        assert decode_photo(data, kind).shape == (48, 32, 3), kind


def test_half_transparent_over_white() -> None:
    grey = Image.fromarray(np.full((2, 2, 2), (100, 51), np.uint8))
    assert grey.mode == "LA"
    found = decode_photo(saved(grey, "PNG"), "grey")
    assert np.abs(found.astype(int) - (100 * 0.2 + 255 * 0.8)).max() <= 1


def test_transparent_colour_of_an_rgb_png() -> None:
    pixels = scene(8, 8)
    pixels[0, 0] = 1, 2, 3
    found = decode_photo(saved(Image.fromarray(pixels), "PNG", transparency=(1, 2, 3)), "rgb")
    assert found[0, 0].tolist() == [255, 255, 255]
    assert np.array_equal(found[1:], pixels[1:])


def test_first_picture_of_an_animation() -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert decode_photo(data, kind)[5, 5].tolist() == [255, 0, 0], kind


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 65535, 25700]], np.int32), [0, 255, 100]),
        (np.array([[-100, 0, 100]], np.int32), [0, 128, 255]),
        (np.array([[0.0, 0.2, 1.0]], np.float32), [0, 51, 255]),
        (np.array([[np.nan, 10.0, 20.0]], np.float32), [0, 0, 255]),
        (np.array([[7.0, 7.0, 7.0]], np.float32), [0, 0, 0]),
    ],
)
def test_more_than_eight_bits(values: np.ndarray, expected: list[int]) -> None:
    found = decode_photo(saved(Image.fromarray(values), "TIFF"), "values")
    assert found[0].tolist() == [[v, v, v] for v in expected]


def test_large_photos_are_made_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "STRIP", 100)  # two rows at once
    for maker in READABLE:
        photo = maker(tmp_path)
        assert photo.pixels is not None
        found = load_photo(photo.path)
        assert int(np.abs(found.astype(int) - photo.pixels).max()) <= photo.tolerance, photo.kind


def test_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert images.MAX_PIXELS >= 12_000 * 9_000
    photo = rgb(tmp_path)
    monkeypatch.setattr(images, "MAX_PIXELS", 48 * 32)
    assert load_photo(photo.path).shape == (32, 48, 3)
    monkeypatch.setattr(images, "MAX_PIXELS", 48 * 32 - 1)
    with pytest.raises(PhotoError, match="48 × 32 pixels"):
        load_photo(photo.path)


def test_a_photo_of_108_million_pixels(tmp_path: Path) -> None:
    found = load_photo(huge(tmp_path))
    assert found.shape == (9_000, 12_000, 3)
    assert found[0, 5_999].tolist() == [255, 0, 0]
    assert found[8_999, 6_000].tolist() == [0, 0, 255]
    small, scale_x, scale_y = resized(found, 288, 384)
    assert small.shape == (3, 288, 384)
    assert scale_x == scale_y == 0.032


def test_read_only_and_owned(tmp_path: Path) -> None:
    found = load_photo(rgb(tmp_path).path)
    assert found.base is None, "freeze() takes it without a copy"
    with pytest.raises(ValueError):
        found[0, 0] = 0


def test_names_that_are_no_names(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="cannot be the name"):
        load_photo("a\0b.png")
    with pytest.raises(PhotoError) as refusal:
        load_photo(tmp_path / "two\nlines.png")
    assert "two?lines.png: there is no such file" in str(refusal.value)
    with pytest.raises(PhotoError, match="no such file"):
        load_photo(rgb(tmp_path).path / "inside.png")
    with pytest.raises(PhotoError, match="the clipboard: it is empty"):
        decode_photo(b"", "the clipboard")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PhotoError, match="not a file"):
        load_photo(tmp_path / "pipe.png")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_forbidden_file(tmp_path: Path) -> None:
    photo = rgb(tmp_path)
    photo.path.chmod(0)
    with pytest.raises(PhotoError, match="not permitted"):
        load_photo(photo.path)


def test_programs_in_disguise_are_not_started(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(Image.fromarray(scene()), "EPS"))
    with pytest.raises(PhotoError, match="not a photo that can be read"):
        load_photo(path)


def whole_files() -> list[bytes]:
    image = Image.fromarray(scene())
    exif = Image.Exif()
    exif[274] = 8
    kinds = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "JPEG2000")
    packed = saved(image, "TIFF", compression="tiff_lzw", exif=exif)
    return [*(saved(image, kind, exif=exif) for kind in kinds), packed]


@pytest.mark.filterwarnings("ignore")  # pytest forgets the filters that the program has set
def test_damage_of_any_kind_is_refused_or_read() -> None:
    random = np.random.default_rng(5)
    refused = 0
    for data in whole_files():
        for _ in range(25):
            damaged = np.frombuffer(data, np.uint8).copy()
            at = random.integers(0, len(damaged), 1 + len(damaged) // 200)
            damaged[at] = random.integers(0, 256, len(at))
            end = len(damaged) if random.random() < 0.5 else int(random.integers(1, len(damaged)))
            try:
                found = decode_photo(damaged[:end].tobytes(), "damaged")
            except PhotoError:
                refused += 1
            else:
                assert found.ndim == 3
                assert found.shape[2] == 3
    assert refused > 50


QUIET = """
import sys
from pathlib import Path
from explorer.ops.images import PhotoError, decode_photo, load_photo
for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes() if path.is_file() else b""
    for end in (len(data), len(data) // 2, len(data) * 9 // 10):
        try:
            decode_photo(data[:end], path.name)
        except PhotoError:
            pass
assert "torch" not in sys.modules
"""


def test_nothing_is_said_on_stderr(tmp_path: Path, root: Path) -> None:
    for maker in READABLE + BAD:
        maker(tmp_path)
    for number, data in enumerate(whole_files()):
        (tmp_path / f"whole-{number}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(tmp_path)], cwd=root, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_many_threads_at_once(tmp_path: Path) -> None:
    photos = [maker(tmp_path) for maker in READABLE] * 4

    def read(photo: PhotoFile) -> int:
        assert photo.pixels is not None
        return int(np.abs(load_photo(photo.path).astype(int) - photo.pixels).max())

    with ThreadPoolExecutor(8) as pool:
        differences = list(pool.map(read, photos))
    assert all(d <= p.tolerance for d, p in zip(differences, photos, strict=True))


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(375, 500, (288, 384)), (300, 900, (128, 384)), (1, 1, (288, 288)), (1, 2000, (1, 384))],
)
def test_size_within(height: int, width: int, expected: tuple[int, int]) -> None:
    assert size_within(height, width, 288, 384) == expected
    assert size_within(width, height, 288, 384) == expected[::-1]


@pytest.mark.parametrize(("height", "width"), [(480, 640), (375, 500), (31, 77), (1, 1)])
def test_resized_as_torchvision(height: int, width: int) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    transform = GeneralizedRCNNTransform(288, 384, list(MEAN), list(STD), size_divisible=1)
    expected = transform([torch.tensor(photo).permute(2, 0, 1) / 255])[0].tensors[0]
    found, scale_x, scale_y = resized(photo, 288, 384, antialias=False)
    assert torch.allclose(found, expected, atol=1e-5)
    assert (scale_x, scale_y) == (found.shape[2] / width, found.shape[1] / height)


def test_antialiasing_averages() -> None:
    stripes = np.zeros((1200, 1200, 3), np.uint8)
    stripes[:, ::2] = 255
    mean = (0.5 - np.array(MEAN)) / np.array(STD)
    found = resized(stripes, 100, 100)[0][:, 10:-10, 10:-10]
    assert np.abs(found.mean((1, 2)).numpy() - mean).max() < 0.05
    assert float(found.std((1, 2)).max()) < 0.1
