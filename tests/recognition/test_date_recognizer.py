"""Handwriting on whole pages: it is found, segmented and read; and recognizers that fail."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ocr_extract.extraction import extract
from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import RecognizerTrouble
from ocr_extract.recognition.ctc_output import CtcOutput
from ocr_extract.recognition.date_recognizer import (
    ALONE_LOG_WEIGHT,
    DateRecognizer,
    averaged,
    mixed,
)
from ocr_extract.recognition.names import HANDWRITING, PP_OCR
from ocr_extract.records import Hypothesis, Reading
from ocr_extract.settings import Settings
from synthetic.typeset import Entry, Hand, typeset
from synthetic.unsigned_forms import forms
from tests.factory import FILLED, Factory
from tests.frames_factory import frames_of

YEAR = Settings(year=2025)
CROSSING_SCRAWL = (80.0, 14.0, 20.0, 2.0)
"""Width, height and place of a scrawl, in points, whose lower ends lie in the date."""


@dataclass(frozen=True)
class FakeHandwriting:
    """A handwriting recognizer that reads one date in every crop, or fails."""

    date: str = ""
    trouble: RecognizerTrouble | None = None

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        if self.trouble is not None:
            raise self.trouble
        dates = (Hypothesis(text=self.date, log_likelihood=0.0),) if self.date else ()
        return tuple((Reading(reader="dates", hypotheses=dates),) for _ in crops)

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        return tuple((reading, reading) for (reading,) in self.readings(crops))

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        return tuple(() for _ in self.readings(crops))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "right", "down", "iso"),
    [
        ("25/07/2025", 6.0, 0.0, "2025-07-25"),
        ("25/07/2025", 6.0, 14.0, "2025-07-25"),
        ("2025.07.24", 20.0, 24.0, "2025-07-24"),
        ("3 Oct 2025", 110.0, 0.0, "2025-10-03"),
        ("28.5.2025", -60.0, 34.0, "2025-05-28"),
    ],
)
def test_handwritten_date_is_read_in_each_place(
    factory: Factory, text: str, right: float, down: float, iso: str
) -> None:
    date = Entry(text, "pen", right=right, down=down, size=11.0)
    record = extract(factory.agreement(date=date), settings=YEAR)
    assert record.fields.date.as_written == iso
    assert record.fields.date.written == "hand" or record.fields.date.confidence > 0.9
    assert record.fields.signature.present == "yes"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 6, 9])
@pytest.mark.parametrize("hand", ["typed", "pen"])
def test_signature_across_the_date_is_present(factory: Factory, hand: Hand, seed: int) -> None:
    """The date's digits lie in the signature's ink, so it may read like a part of the date."""
    crossed = replace(
        FILLED, date=Entry("25/05/2025", hand), signature=None, scrawl=CROSSING_SCRAWL
    )
    record = extract(factory.file("a.pdf", typeset(crossed, seed)), settings=YEAR)
    assert record.fields.signature.present == "yes"
    assert record.fields.date.as_written == "2025-05-25"


@pytest.mark.parametrize("kind", ["reader_crashed", "reader_timeout", "reader_garbage"])
def test_failing_handwriting_recognizer_is_damage(factory: Factory, kind: str) -> None:
    date = Entry("25/07/2025", "pen", size=11.0)
    handwriting = FakeHandwriting(trouble=RecognizerTrouble(kind, "It failed."))
    record = extract(factory.agreement(date=date), settings=YEAR, handwriting=handwriting)
    assert [d.kind for d in record.damage] == [kind]
    assert record.fields.signature.present in ("yes", "cannot tell")
    assert "damaged" in {flag.code for flag in record.flags}


def test_born_digital_date_is_kept_against_handwriting_recognizer(factory: Factory) -> None:
    """A handwriting recognizer that reads a date in every scrawl does not change a typed date."""
    record = extract(factory.agreement(), settings=YEAR, handwriting=FakeHandwriting("01/01/2025"))
    assert record.fields.date.value == "2025-05-27"
    assert record.fields.signature.present == "yes"


@pytest.mark.slow
def test_unsigned_forms_have_no_signature(tmp_path: Path) -> None:
    for path in forms(tmp_path, 10, seed=2):
        record = extract(path, settings=YEAR)
        assert record.fields.signature.present != "yes", path.name


@dataclass(frozen=True)
class FakeNetwork:
    """A network that sees the same text in every crop."""

    name: str
    seen: str

    def frames(self, crops: Sequence[Grey]) -> tuple[CtcOutput, ...]:
        return tuple(frames_of(self.seen) for _ in crops)


def _alternatives(first: str, second: str) -> list[float]:
    """Log-likelihood of "7.6.2025" by both networks, and by the first one alone."""
    networks = (FakeNetwork(PP_OCR, first), FakeNetwork(HANDWRITING, second))
    recognizer = DateRecognizer(networks=networks)  # type: ignore[arg-type]
    (pair,) = recognizer.alternatives([np.full((20, 60), 255, np.uint8)])
    found = [{h.text: h.log_likelihood for h in reading.hypotheses} for reading in pair]
    return [dates.get("7.6.2025", -99.0) for dates in found]


def test_what_the_first_network_alone_reads_is_an_alternative_with_a_small_weight() -> None:
    both, alone = _alternatives("7.6.2025", "swirl")
    assert both < alone - 3
    assert alone == pytest.approx(ALONE_LOG_WEIGHT, abs=0.5)
    assert _alternatives("7.6.2025", "7.6.2025")[0] > -0.5
    assert _alternatives("swirl", "7.6.2025")[1] < -8


def test_likelihoods_of_a_date_in_several_readings_are_added() -> None:
    two = [Hypothesis(text=t, log_likelihood=-1.0) for t in ("7.6.2025", "1.6.2025")]
    (best, other) = mixed(two, two[:1]).hypotheses
    assert (best.text, other.text) == ("7.6.2025", "1.6.2025")
    assert best.log_likelihood == pytest.approx(-1.0 + math.log(2))
    assert other.log_likelihood == -1.0
    assert mixed((), ()).hypotheses == ()
    assert mixed(two, two, two).hypotheses[0].log_likelihood == 0.0


def test_mean_of_readings_counts_a_missing_string_as_impossible() -> None:
    one = (Hypothesis(text="1/6/2025", log_likelihood=0.0),)
    two = (Hypothesis(text="7/6/2025", log_likelihood=-0.5), *one)
    assert averaged(one, one).hypotheses == one
    first, second = averaged(one, two, ()).hypotheses
    assert first.text == "1/6/2025"
    assert first.log_likelihood == pytest.approx(math.log(2 / 3))
    assert second.log_likelihood == pytest.approx(-0.5 - math.log(3))
    assert averaged((), ()).hypotheses == ()
