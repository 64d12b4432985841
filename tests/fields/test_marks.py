"""Marks taken apart where the labels say that lines are."""

import numpy as np
import pytest

from ocr_extract.fields.marks import Mark, segments_of_marks
from ocr_extract.forms.definition import FieldName
from ocr_extract.forms.locate import LocatedBlock, LocatedLabel
from ocr_extract.geometry import Rect, raster_of

LABELS: dict[FieldName, float] = {"corresponding_author": 100.0, "signature": 112.0, "date": 124.0}


@pytest.fixture
def block() -> LocatedBlock:
    labels = {
        name: LocatedLabel(name, (50.0, top, 110.0, top + 9.0), 1.0) for name, top in LABELS.items()
    }
    return LocatedBlock(labels, score=1.0, top=90.0)


def _parts(rect: Rect, block: LocatedBlock) -> list[Rect]:
    page = raster_of(np.full((1000, 1000), 255, np.uint8), 300.0, 1)
    mark = Mark("ink", rect, (), 100.0, 2)
    return [
        part.rect for part in segments_of_marks(page, np.zeros_like(page.pixels), [mark], block)
    ]


def test_the_line_between_two_labels_lines_is_a_part(block: LocatedBlock) -> None:
    """Ink from the author's line into the date's: the signature is what lies between."""
    found = _parts(Rect(115.0, 98.0, 220.0, 136.0), block)
    assert Rect(115.0, 107.5, 220.0, 122.5) in found


def test_ink_on_two_lines_has_none_between(block: LocatedBlock) -> None:
    found = _parts(Rect(115.0, 112.0, 220.0, 136.0), block)
    assert found == [Rect(115.0, 112.0, 220.0, 122.5), Rect(115.0, 119.5, 220.0, 136.0)]
