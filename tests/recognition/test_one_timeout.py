"""A recognizer that took too long once is not called again for the document."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from ocr_extract.geometry import Grey, Rect
from ocr_extract.recognition import one_timeout
from ocr_extract.recognition.base import Availability, RecognizerTrouble
from ocr_extract.recognition.one_timeout import OneTimeout
from ocr_extract.records import Reading
from ocr_extract.text import Word
from tests.factory import HANGING, FakeReader

CROP = np.full((9, 9), 255, np.uint8)
WORD = Word("Date:", Rect(0.0, 0.0, 20.0, 9.0), 0.9)
CRASH = RecognizerTrouble("reader_crashed", "boom")


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class Slow:
    """A recognizer whose calls take a number of seconds each, and are counted."""

    clock: Clock
    seconds: float
    reader: FakeReader = field(default_factory=FakeReader)
    calls: int = 0

    def available(self) -> Availability:
        return self.reader.available()

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        self._wait()
        return self.reader.read(crops)

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        self._wait()
        return self.reader.words(pages, dpi)

    def _wait(self) -> None:
        self.calls += 1
        self.clock.now += self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(one_timeout, "time", clock)
    return clock


def _kind_of_failure(recognizer: OneTimeout) -> str:
    with pytest.raises(RecognizerTrouble) as caught:
        recognizer.read([CROP])
    return caught.value.kind


def test_results_are_those_of_the_recognizer() -> None:
    reader = FakeReader(line="1 May", seen=(WORD,))
    recognizer = OneTimeout(reader, seconds=5.0)
    assert recognizer.available() == reader.available()
    assert recognizer.read([CROP, CROP]) == reader.read([CROP, CROP])
    assert recognizer.words([CROP], 200.0) == ((WORD,),)


def test_calls_of_both_kinds_share_one_limit(clock: Clock) -> None:
    slow = Slow(clock, 2.0)
    recognizer = OneTimeout(slow, seconds=3.0)
    recognizer.read([CROP])
    recognizer.words([CROP], 200.0)
    assert _kind_of_failure(recognizer) == "reader_timeout"
    assert slow.calls == 2


def test_time_that_is_used_up_to_the_last_second_is_over(clock: Clock) -> None:
    slow = Slow(clock, 3.0)
    recognizer = OneTimeout(slow, seconds=3.0)
    recognizer.read([CROP])
    assert _kind_of_failure(recognizer) == "reader_timeout"
    assert slow.calls == 1


def test_time_between_calls_is_not_counted(clock: Clock) -> None:
    slow = Slow(clock, 1.0)
    recognizer = OneTimeout(slow, seconds=3.0)
    for _ in range(3):
        recognizer.read([CROP])
        clock.now += 1000.0
    assert slow.calls == 3


def test_call_that_fails_is_counted_too(clock: Clock) -> None:
    slow = Slow(clock, 4.0, FakeReader(crash=CRASH))
    recognizer = OneTimeout(slow, seconds=3.0)
    assert _kind_of_failure(recognizer) == "reader_crashed"
    assert _kind_of_failure(recognizer) == "reader_timeout"
    assert slow.calls == 1


def test_recognizer_is_not_called_again_after_its_own_timeout(clock: Clock) -> None:
    slow = Slow(clock, 0.0, HANGING)
    recognizer = OneTimeout(slow)
    assert [_kind_of_failure(recognizer) for _ in range(3)] == ["reader_timeout"] * 3
    with pytest.raises(RecognizerTrouble):
        recognizer.words([CROP], 200.0)
    assert slow.calls == 1


def test_recognizer_is_called_again_after_a_crash(clock: Clock) -> None:
    slow = Slow(clock, 0.0, FakeReader(crash=CRASH))
    recognizer = OneTimeout(slow, seconds=3.0)
    assert [_kind_of_failure(recognizer) for _ in range(3)] == ["reader_crashed"] * 3
    assert slow.calls == 3
