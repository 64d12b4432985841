"""A signing block, for tests of its marks."""

import pytest

from ocr_extract.forms.definition import FieldName
from ocr_extract.forms.locate import LocatedBlock, LocatedLabel
from ocr_extract.geometry import Rect

LABEL_TOPS: dict[FieldName, float] = {
    "corresponding_author": 100.0,
    "signature": 112.0,
    "date": 124.0,
}
"""Top of each label, in points."""


@pytest.fixture
def block() -> LocatedBlock:
    """A block of three labels, one under the other."""
    labels = {
        name: LocatedLabel(name, Rect(50.0, top, 110.0, top + 9.0), 1.0)
        for name, top in LABEL_TOPS.items()
    }
    return LocatedBlock(labels, score=1.0, top=90.0)
