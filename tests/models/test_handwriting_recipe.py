import hashlib
import random
from pathlib import Path

import numpy as np
import pytest

from models.handwriting.compose import Composer, load_sources
from models.handwriting.joins import join, pen_begins, pen_leaves, with_tail
from models.handwriting.strokes import DIGITS, MARKS, PenWriter
from models.handwriting.texts import ALPHABET, date_text, label_of
from ocr_extract.recognition.handwriting import CHARACTERS, WIDEST, prepared


def test_every_text_can_be_said_by_the_network() -> None:
    rng = random.Random(1)  # noqa: S311
    texts = [date_text(rng) for _ in range(500)]
    assert all(label_of(text) == text.lower() for text in texts)
    assert len(set(texts)) > 450
    assert ("", *ALPHABET) == CHARACTERS


def test_every_shape_of_a_digit_leaves_ink() -> None:
    for seed in range(20):
        pen = PenWriter(random.Random(seed))  # noqa: S311
        for character in (*DIGITS, *MARKS, "a", "M"):
            ink = pen.character(character, 40, 3)
            assert ink.max() > 0.9, character
            assert ink.shape[0] == 80


def test_stroke_joins_two_digits() -> None:
    canvas = np.zeros((80, 120), np.float32)
    canvas[40:60, 10:30] = canvas[40:60, 60:80] = 1.0
    left, right = canvas[:, 10:30], canvas[:, 60:80]
    start, end = pen_leaves(left, 10, 40), pen_begins(right, 60, 40)
    assert start[0] == 29
    assert end[0] == 60
    join(canvas, start, end, random.Random(1))  # noqa: S311
    assert (canvas.max(axis=0)[10:80] > 0.5).all()


def test_tail_goes_down_from_the_last_digit() -> None:
    line = np.zeros((80, 200), np.float32)
    line[20:60, 20:40] = line[20:60, 150:170] = 1.0
    for seed in range(20):
        tall = with_tail(line, 40, random.Random(seed))  # noqa: S311
        added = np.argwhere(tall[61:] > 0.5)
        assert added[:, 0].max() > 5
        assert added[:, 1].min() > 100
        assert (tall[:60, :100] == line[:60, :100]).all()
    empty = np.zeros((80, 200), np.float32)
    assert with_tail(empty, 40, random.Random(1)) is empty  # noqa: S311


@pytest.fixture(scope="module")
def handwriting(shared: Path) -> Path:
    folder = shared / "handwriting"
    if not (folder / "clean").is_dir():
        pytest.skip("handwriting/clean is not there: the training data is not part of the project")
    return folder


@pytest.mark.slow
def test_writers_and_fonts_are_held_out_and_lines_repeat_by_seed(handwriting: Path) -> None:
    parts = {part: load_sources(handwriting, part) for part in ("train", "held", "test")}
    fonts = {part: {path.name for path in sources.fonts} for part, sources in parts.items()}
    assert not fonts["train"] & fonts["held"]
    assert fonts["held"] == fonts["test"]
    marked = {
        part: {hashlib.sha256(w[3].tobytes()).hexdigest() for w in sources.writers}
        for part, sources in parts.items()
    }
    assert not marked["train"] & (marked["held"] | marked["test"])
    once, again = (Composer(parts["held"], random.Random(5)) for _ in range(2))  # noqa: S311
    for _ in range(20):
        (crop, text), (same, also) = once.line(), again.line()
        assert text == also
        assert np.array_equal(crop, same)
        assert prepared(crop).shape[2] == 32
        assert prepared(crop).shape[3] <= WIDEST
