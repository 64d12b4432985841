"""No page is begun after a share of the document's elapsed or processor time."""

from dataclasses import dataclass

import numpy as np
import pytest

from ocr_extract.geometry import Raster, raster_of
from ocr_extract.pages import time_limit
from ocr_extract.pages.time_limit import LOOKING, OVER, TimeLimit
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged

SETTINGS = Settings(document_timeout=100, document_seconds=40)


@dataclass
class Clock:
    """Elapsed and processor seconds, which stand still until they are set."""

    elapsed: float = 5000.0
    used: float = 30.0

    def monotonic(self) -> float:
        return self.elapsed

    def process_time(self) -> float:
        return self.used


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time_limit, "time", clock)
    return clock


def test_limit_is_over_after_its_share_of_the_elapsed_time(clock: Clock) -> None:
    limit = TimeLimit(SETTINGS)
    clock.elapsed += LOOKING * 100 - 0.001
    assert not limit.is_over
    clock.elapsed += 0.002
    assert limit.is_over


def test_limit_is_over_after_its_share_of_the_processor_time(clock: Clock) -> None:
    limit = TimeLimit(SETTINGS)
    clock.used += LOOKING * 40 - 0.001
    assert not limit.is_over
    clock.used += 0.002
    assert limit.is_over


def test_time_remains_for_the_last_page_and_the_decision(clock: Clock) -> None:
    limit = TimeLimit(SETTINGS)
    clock.elapsed += 99
    assert limit.is_over


def test_check_raises_a_timeout_only_after_the_limit(clock: Clock) -> None:
    limit = TimeLimit(SETTINGS)
    limit.check()
    clock.elapsed += 100
    with pytest.raises(Damaged) as caught:
        limit.check()
    damage = caught.value.damage
    assert (damage.stage, damage.kind, damage.effect) == ("read", "timeout", OVER)


def test_bounded_renderer_renders_until_the_limit_and_then_no_more(clock: Clock) -> None:
    rendered: list[tuple[int, int]] = []

    def render(page: int, dpi: int) -> Raster:
        rendered.append((page, dpi))
        clock.elapsed += 60
        return raster_of(np.full((9, 9), 255, np.uint8), dpi, page)

    bounded = TimeLimit(SETTINGS).bounded(render)
    assert bounded(1, 100).page == 1
    assert bounded(2, 150).dpi == 150
    with pytest.raises(Damaged):
        bounded(3, 100)
    assert rendered == [(1, 100), (2, 150)]
