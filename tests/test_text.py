"""Grouping of words into lines gives the same result as comparing every word with every line."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.geometry import Rect
from ocr_extract.text import (
    MAX_HEIGHT_RATIO,
    Line,
    Word,
    _belongs_to,
    _distance,
    _middle,
    group_lines,
)

WORDS = st.lists(
    st.builds(
        lambda x, y, w, h, source: Word("a", Rect(x, y, x + w, y + h), 1.0, source),
        st.integers(0, 40).map(lambda v: 5.0 * v),
        st.integers(-8, 60).map(lambda v: 1.5 * v),
        st.floats(1, 40),
        st.floats(1, 30),
        st.sampled_from(["page", "pdf"]),
    ),
    max_size=25,
)


def _one_by_one(words: list[Word]) -> list[list[Word]]:
    median = float(np.median([word.height for word in words]))
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.rect.x0, w.rect[1])):
        if word.source == "page" and word.height > MAX_HEIGHT_RATIO * median:
            continue
        fitting = [line for line in lines if _belongs_to(word, line)]
        if fitting:
            min(fitting, key=lambda line: _distance(word, line)).append(word)
        else:
            lines.append([word])
    return sorted(lines, key=lambda line: (_middle(line[0]), min(w.rect.x0 for w in line)))


@given(WORDS)
def test_each_word_joins_the_nearest_line_that_it_belongs_to(words: list[Word]) -> None:
    expected = [tuple(line) for line in _one_by_one(words)] if words else []
    assert [line.words for line in group_lines(words)] == expected


def test_tall_recognized_word_is_dropped_and_tall_pdf_word_stays() -> None:
    small = [Word("a", Rect(10.0 * n, 0.0, 10.0 * n + 8, 8.0), 1.0) for n in range(5)]
    tall = Rect(80.0, -20.0, 140.0, 20.0)
    assert group_lines([*small, Word("scrawl", tall, 0.9)]) == (Line(tuple(small)),)
    lines = group_lines([*small, Word("Ann Bee", tall, 1.0, "pdf")])
    assert "Ann Bee" in [word.text for line in lines for word in line.words]
