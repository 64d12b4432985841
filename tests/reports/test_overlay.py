"""Pictures of pages, with the labels, marks and fields drawn on them."""

import numpy as np
import pytest
from PIL import Image

from ocr_extract.dates.priors import context_of
from ocr_extract.decision.record import decide
from ocr_extract.extraction import observe_first
from ocr_extract.reports.overlay import COLOURS, draw_pages
from ocr_extract.settings import Settings
from tests.factory import Factory


@pytest.mark.slow
def test_fields_are_drawn_in_their_colours(factory: Factory) -> None:
    settings = Settings(year=2025)
    observations = observe_first(factory.agreement(), settings)
    record = decide(observations, context_of(2025), settings)
    out = factory.folder / "out"
    out.mkdir()
    first, second = draw_pages(record, observations, settings, out)
    assert (first.name, second.name) == ("a-page1.png", "a-page2.png")
    pixels = np.asarray(Image.open(second).convert("RGB")).reshape(-1, 3)
    for field in ("date", "signature", "corresponding_author"):
        colour = tuple(int(COLOURS[field][i : i + 2], 16) for i in (1, 3, 5))
        assert (pixels == colour).all(axis=1).sum() > 100, field


def test_text_file_has_no_picture(factory: Factory) -> None:
    settings = Settings()
    observations = observe_first(
        factory.text("a.txt", "Name: A\nSignature: A\nDate: 3 May 2025\n"), settings
    )
    assert (
        draw_pages(
            decide(observations, context_of(None), settings), observations, settings, factory.folder
        )
        == []
    )
