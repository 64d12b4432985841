"""Hundreds of mutated pictures: each is opened and rendered, or raises Damaged and nothing else.

OCR_EXTRACT_FUZZ is the number of mutations (default 400; 30,000 in `make fuzz`).
"""

import io
import os
import random
import struct
import zlib
from functools import cache

import numpy as np
import pytest
from PIL import Image

from ocr_extract.settings import Settings
from ocr_extract.sources.image import open_image
from ocr_extract.sources.source import Damaged
from tests.fuzz_harness import Seed, cut, failures, flipped, mutated, overwritten, spliced

MUTATIONS = int(os.environ.get("OCR_EXTRACT_FUZZ", "400"))
BATCHES = 8
"""Number of tests that share the mutations (chosen)."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _picture(mode: str, size: tuple[int, int] = (40, 52)) -> Image.Image:
    """A small page with some strokes, in a mode of Pillow."""
    page = np.full(size[::-1], 240, np.uint8)
    page[8:12, 4:-4] = 20
    page[20:-4, 10:13] = np.arange(size[1] - 24, dtype=np.uint8)[:, None]
    grey = Image.fromarray(page)
    if mode == "I;16":
        return Image.fromarray(page.astype(np.uint16) * 257)
    return grey.convert(mode)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _tiled() -> bytes:
    """A TIFF in tiles of 16 x 16 pixels, which Pillow can read but not write."""
    tile = bytes(range(256))
    entries = [
        (256, 4, 16), (257, 4, 16), (258, 3, 8), (259, 3, 1), (262, 3, 1), (277, 3, 1),
        (322, 4, 16), (323, 4, 16), (324, 4, 8 + 2 + 12 * 10 + 4), (325, 4, len(tile)),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + bytes(4) + tile


@cache
def _tiffs() -> tuple[Seed, ...]:
    more = [_picture("L", (30, 40)), _picture("RGB")]
    return (
        _saved(_picture("L"), "TIFF"), _saved(_picture("1"), "TIFF", compression="group4"),
        _saved(_picture("RGB"), "TIFF", compression="tiff_lzw", dpi=(200, 200)),
        _saved(_picture("I;16"), "TIFF", compression="tiff_deflate"),
        _saved(_picture("F"), "TIFF"), _saved(_picture("P"), "TIFF", compression="packbits"),
        _saved(_picture("RGB"), "TIFF", compression="jpeg"),
        _saved(_picture("1"), "TIFF", save_all=True, append_images=more),
        _saved(_picture("L"), "TIFF", save_all=True, append_images=more, compression="tiff_lzw"),
        _saved(_picture("L"), "TIFF", big_tiff=True), _saved(_picture("CMYK"), "TIFF"), _tiled(),
    )  # fmt: skip


@cache
def _pngs() -> tuple[Seed, ...]:
    turned = Image.Exif()
    turned[0x0112] = 6
    return (
        _saved(_picture("L"), "PNG", dpi=(150, 150)), _saved(_picture("P"), "PNG", transparency=3),
        _saved(_picture("I;16"), "PNG"), _saved(_picture("RGBA"), "PNG", exif=turned),
        _saved(_picture("LA"), "PNG"), _saved(_picture("1"), "PNG"),
        _saved(_picture("RGB"), "PNG", save_all=True, append_images=[_picture("RGB")]),
    )  # fmt: skip


@cache
def _jpegs() -> tuple[Seed, ...]:
    turned = Image.Exif()
    turned[0x0112], turned[0x011A] = 8, 300.0
    return (
        _saved(_picture("L"), "JPEG"), _saved(_picture("RGB"), "JPEG", exif=turned),
        _saved(_picture("CMYK"), "JPEG"), _saved(_picture("RGB"), "JPEG", progressive=True),
        _saved(_picture("RGB"), "MPO", save_all=True, append_images=[_picture("RGB")]),
    )  # fmt: skip


def _in_the_directory(content: bytes, rng: random.Random) -> bytes:
    """Puts absurd numbers into a TIFF's directory: types, counts, sizes, offsets."""
    order = "<" if content.startswith(b"II") else ">"
    start = struct.unpack_from(f"{order}I", content, 4)[0] % len(content)
    end = min(len(content), start + 200)
    return content[:start] + overwritten(content[start:end] or b"\0", rng) + content[end:]


def _in_a_chunk(content: bytes, rng: random.Random) -> bytes:
    """Mutates a PNG's chunk and corrects its checksum."""
    chunks, place = [], len(PNG_SIGNATURE)
    while place + 12 <= len(content):
        size = struct.unpack_from(">I", content, place)[0]
        chunks.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + size]))
        place += size + 12
    at = rng.randrange(len(chunks))
    name, body = chunks[at]
    chunks[at] = (name, rng.choice((flipped, overwritten, cut, spliced))(body or b"\0\0", rng))
    if rng.random() < 0.2:
        rng.shuffle(chunks)
    return PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _in_the_header(content: bytes, rng: random.Random) -> bytes:
    """Mutates the first 300 bytes: a JPEG's markers, tables and Exif data."""
    return content[:2] + rng.choice((flipped, overwritten))(content[2:300], rng) + content[300:]


ANYWHERE = (flipped, overwritten, cut, spliced)
KINDS = {
    "tiff": (_tiffs, (*ANYWHERE, _in_the_directory, _in_the_directory, _in_the_directory)),
    "png": (_pngs, (*ANYWHERE, _in_a_chunk, _in_a_chunk, _in_a_chunk, _in_a_chunk)),
    "jpeg": (_jpegs, (*ANYWHERE, _in_the_header, _in_the_header)),
}


def _rendered(content: bytes) -> int:
    """Opens a picture and renders every frame, as a run does; returns the number of frames that
    were rendered.
    """
    try:
        frames, render = open_image(content, Settings())
    except Damaged:
        return 0
    rendered = 0
    for page in range(1, frames + 1):
        try:
            rendered += render(page, 100).pixels.ndim == 2
        except Damaged:
            continue
    return rendered


@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_picture_is_rendered(kind: str) -> None:
    seeds, _ = KINDS[kind]
    assert all(_rendered(seed) for seed in seeds())


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_picture_is_rendered_or_damaged(kind: str, batch: int) -> None:
    make, mutations = KINDS[kind]
    seeds, count = make(), MUTATIONS // (len(KINDS) * BATCHES)
    report = failures(
        lambda number: _rendered(mutated(seeds, mutations, number)),
        range(batch * count, (batch + 1) * count),
    )
    assert not report, f"{kind}\n{report}"
