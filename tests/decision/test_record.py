"""Observations of a document become a record."""

from dataclasses import replace

import pytest

from ocr_extract.calibration.confidence import CERTIFICATE_DAY, HIDDEN_TEXT, NO_MARK_CONFIDENCE
from ocr_extract.dates.priors import context_of
from ocr_extract.decision.record import decide
from ocr_extract.errors import BadSettings
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.observations import Observations, ObservedBlank
from ocr_extract.geometry import Rect
from ocr_extract.records import Box, Damage, FormMatch, Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.sources.certificates import Certificate, CertificateState
from tests.decision_factory import DOCUMENT, LABELS, PLACE, reading
from tests.factory import Factory

YEAR = context_of(2025)
SETTINGS = Settings(accept_at=0.5)
FORM = FormMatch(name=SETTINGS.form, confidence=1.0)


def _typed(y: float, text: str, place: Box | None = PLACE) -> Mark:
    """A typed entry right of the labels, `y` points from the top."""
    words = (reading(text, 0.99, "pdf"),)
    return Mark("text", Rect(265, y, 330, y + 9), readings=words, place=place)


NAME, SIGNATURE = _typed(414, "Mira Feldmann"), _typed(426, "Mira Feldmann")
DATE = _typed(438, "27 May 2025")
BLANKS = {
    "title": ObservedBlank("Robust Trees", (0.9, 0.9), 1.0, PLACE),
    "author": ObservedBlank("Mira Feldmann", (0.9, 0.9), 1.0, PLACE),
}
PAGE = Observations(
    DOCUMENT, FORM, BLANKS, LABELS, (NAME, SIGNATURE, DATE), has_ink=True, seconds=1.23456
)


def _decided(observed: Observations = PAGE) -> Record:
    return decide(observed, YEAR, SETTINGS)


def _codes(record: Record) -> list[str]:
    return [flag.code for flag in record.flags]


def test_marks_beside_their_labels_fill_the_fields() -> None:
    record = _decided()
    assert {name: field.value for name, field in record.fields} == {
        "title": "Robust Trees",
        "author": "Mira Feldmann",
        "corresponding_author": "Mira Feldmann",
        "date": "2025-05-27",
        "signature": "Mira Feldmann",
    }
    assert (record.verdict, record.flags, record.seconds) == (Verdict.ACCEPTED, (), 1.235)
    assert record.fields.signature.names == "both"
    assert record.fields.date.written == "typed"


def test_lines_of_a_text_file_fill_the_fields_without_a_place() -> None:
    marks = tuple(replace(mark, place=None) for mark in PAGE.marks)
    record = _decided(replace(PAGE, marks=marks, has_ink=False))
    date = record.fields.date
    assert (date.value, date.place, date.written) == ("2025-05-27", None, "unknown")
    assert (record.fields.signature.present, record.verdict) == ("yes", Verdict.ACCEPTED)


def test_score_of_a_reading_counts_on_a_page_but_not_in_a_text_file() -> None:
    doubted = replace(DATE, readings=(reading("27 May 2025", 0.8, "pdf"),))
    page = _decided(replace(PAGE, marks=(doubted,)))
    text_file = _decided(replace(PAGE, marks=(replace(doubted, place=None),), has_ink=False))
    assert page.fields.date.posterior < 0.95 < text_file.fields.date.posterior


def test_missing_date_is_a_sure_blank_only_beside_a_label() -> None:
    undated = _decided(replace(PAGE, marks=(NAME, SIGNATURE)))
    date = undated.fields.date
    assert (date.written, date.confidence, date.candidates) == ("blank", NO_MARK_CONFIDENCE, ())
    assert (_codes(undated), undated.verdict) == (["undated"], Verdict.REVIEW)
    no_block = _decided(replace(PAGE, labels={}))
    assert (no_block.fields.date.written, no_block.fields.date.confidence) == ("unknown", 0.0)
    assert (_codes(no_block), no_block.verdict) == (["not_an_agreement"], Verdict.REJECTED)


TIMES = ("2025-05-01T10:00:00", "2025-05-27T23:30:00+02:00", None)


def _sealed(state: CertificateState) -> Observations:
    certificates = tuple(Certificate("Mira", time, state, whole_file=True) for time in TIMES)
    return replace(PAGE, certificates=certificates)


@pytest.mark.parametrize("state", ["valid", "unverified", "altered", "unreadable"])
def test_day_of_the_last_certificate_with_a_time_is_the_date_of_an_undated_form(
    state: CertificateState,
) -> None:
    date = _decided(replace(_sealed(state), marks=(NAME,))).fields.date
    (only,) = date.candidates
    assert (date.value, date.text) == ("2025-05-27", TIMES[1])
    assert only.probability == date.confidence == CERTIFICATE_DAY[state]
    assert [(item.kind, state in item.source) for item in date.evidence] == [("certificate", True)]


@pytest.mark.parametrize(
    ("shown", "day", "text"),
    [
        (("Signed by Mira", "Datum: 2025.05.26 15:30:00 -06'00'"), "2025-05-26", 1),
        (("27.05.2025",), "2025-05-27", 0),
        (("Date: 2025.05.20",), "2025-05-27", None),
        (("26.05.2025", "28.05.2025"), "2025-05-27", None),
    ],
)
def test_day_that_the_certificate_shows_is_the_signer_s_if_some_zone_has_it(
    shown: tuple[str, ...], day: str, text: int | None
) -> None:
    observed = replace(_sealed("valid"), marks=(NAME,), sealed_text=shown)
    date = _decided(observed).fields.date
    assert (date.value, date.text) == (day, TIMES[1] if text is None else shown[text])


def test_certificate_without_a_time_gives_the_only_day_that_it_shows() -> None:
    timeless = Certificate("Mira", None, "unverified", whole_file=True)
    observed = replace(PAGE, marks=(NAME,), certificates=(timeless,))
    assert _decided(observed).fields.date.value is None
    shown = replace(observed, sealed_text=("Fecha: 2025.05.27 10:11:12 +02'00'",))
    assert _decided(shown).fields.date.value == "2025-05-27"
    open_order = replace(observed, sealed_text=("05/06/2025",))
    assert _decided(open_order).fields.date.value is None


def test_date_on_the_form_wins_over_the_certificate() -> None:
    observed = _sealed("valid")
    other = replace(observed, marks=(NAME, _typed(438, "20 May 2025")))
    date = _decided(other).fields.date
    assert (date.value, [item.kind for item in date.evidence]) == ("2025-05-20", ["pdf_text"])
    assert all("certificate" not in candidate.reason for candidate in date.candidates)


def test_certificate_of_a_page_without_a_block_gives_no_date() -> None:
    assert _decided(replace(_sealed("valid"), labels={})).fields.date.value is None


def test_hidden_text_is_weak_evidence_and_changes_nothing_else() -> None:
    date = _decided(replace(PAGE, hidden=("27 May 2015", "x"))).fields.date
    shown, *hidden = date.evidence
    lines = [item.readings[0].hypotheses[0] for item in hidden]
    assert [item.kind for item in hidden] == ["hidden_text"] * 2
    assert [(h.text, h.log_likelihood) for h in lines] == [
        ("27 May 2015", HIDDEN_TEXT), ("x", HIDDEN_TEXT),
    ]  # fmt: skip
    assert date.model_copy(update={"evidence": (shown,)}) == _decided().fields.date


@pytest.mark.parametrize("day", ["2025-05-06", "2025-06-05"])
def test_time_stamp_of_the_file_decides_the_order_of_day_and_month(day: str) -> None:
    stamped = DOCUMENT.model_copy(update={"modified": f"{day}T18:00:00"})
    marks = (NAME, SIGNATURE, _typed(438, "05/06/2025"))
    assert _decided(replace(PAGE, document=stamped, marks=marks)).fields.date.value == day


def test_damage_is_kept_and_sends_the_document_to_a_person() -> None:
    torn = Damage(stage="read", kind="broken_page", page=1, effect="Page 1 is torn.")
    record = _decided(replace(PAGE, damage=(torn,)))
    assert (record.damage, _codes(record)) == ((torn,), ["damaged"])
    assert record.verdict is Verdict.REVIEW
    assert record.fields.date.value == "2025-05-27"


def test_unreadable_calibration_is_an_error_of_the_settings(factory: Factory) -> None:
    settings = Settings(calibration=factory.folder / "none.json")
    with pytest.raises(BadSettings, match="calibration"):
        decide(PAGE, YEAR, settings)
