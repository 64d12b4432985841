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
def test_what_was_found_is_drawn_where_it_is(factory: Factory) -> None:
    settings = Settings(year=2025)
    findings = observe_first(factory.agreement(), settings)
    record = decide(findings, context_of(2025), settings)
    out = factory.folder / "out"
    out.mkdir()
    first, second = draw_pages(record, findings, settings, out)
    assert (first.name, second.name) == ("a-page1.png", "a-page2.png")
    pixels = np.asarray(Image.open(second).convert("RGB")).reshape(-1, 3)
    for field in ("date", "signature", "corresponding_author"):
        colour = tuple(int(COLOURS[field][i : i + 2], 16) for i in (1, 3, 5))
        assert (pixels == colour).all(axis=1).sum() > 100, field


def test_text_has_no_picture(factory: Factory) -> None:
    settings = Settings()
    findings = observe_first(
        factory.text("a.txt", "Name: A\nSignature: A\nDate: 3 May 2025\n"), settings
    )
    assert (
        draw_pages(decide(findings, context_of(None), settings), findings, settings, factory.folder)
        == []
    )
