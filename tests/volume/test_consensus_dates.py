import random
from collections.abc import Sequence
from datetime import date

import pytest

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.date import date_result, recovered
from ocr_extract.decision.flags import redated_flags
from ocr_extract.decision.severity import verdict_of
from ocr_extract.records import (
    Box,
    DateResult,
    Document,
    Evidence,
    Fields,
    Flag,
    Hypothesis,
    Reading,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.settings import Settings
from ocr_extract.volume.consensus import consensus_pass

SETTINGS = Settings(accept_at=0.9)
PLACE = Box(page=2, x0=210, y0=436, x1=270, y1=448)


def _record(text: str, name: str, context: Context | None = None, made: str = "") -> Record:
    """A record after the extraction pass: the page text beside "Date:" is `text`."""
    readings = (Reading(reader="pdf", hypotheses=(Hypothesis(text=text, log_likelihood=-0.001),)),)
    shown = Evidence(kind="pdf_text", source="text", place=PLACE, readings=readings)
    known_context = context or Context()
    recovery = recovered(
        readings, typed=True, placed=True, context=known_context, settings=SETTINGS
    )
    result = date_result(recovery, "typed", PLACE, (shown,), SETTINGS)
    record = Record(
        document=Document(name=name, path=name, kind="digital", modified=made or None),
        fields=Fields(date=result, signature=SignatureResult(present="yes", written="hand")),
        verdict=Verdict.REVIEW,
    )
    flags = redated_flags(record, recovery, result, known_context, SETTINGS)
    return record.model_copy(update={"flags": flags, "verdict": verdict_of(flags)})


def _resolved(records: Sequence[Record], stated: Context, settings: Settings) -> list[Record]:
    return [record for _, record in consensus_pass(lambda: enumerate(records), stated, settings)]


def _volume(*texts: str) -> list[Record]:
    return [_record(text, f"p{i}") for i, text in enumerate(texts)]


def _date_of(records: list[Record], last: str, **more: str) -> DateResult:
    return _resolved([*records, _record(last, "last", **more)], Context(), SETTINGS)[-1].fields.date


MAY = [f"2025-05-{day:02d}" for day in range(14, 29)]


def test_unusual_year_is_corrected_to_the_year_of_the_others() -> None:
    records = _resolved([*_volume(*MAY), _record("2125-05-19", "x")], Context(), SETTINGS)
    corrected = records[-1]
    assert (corrected.fields.date.as_written, corrected.fields.date.value) == (
        "2125-05-19",
        "2025-05-19",
    )
    assert [flag.code for flag in corrected.flags] == ["year_slip"]
    assert "15 other agreements are of May 2025" in corrected.flags[0].message
    assert corrected.verdict is Verdict.REVIEW
    assert all(record.verdict is Verdict.ACCEPTED for record in records[:-1])


def test_changed_date_is_explained_in_the_evidence() -> None:
    explanation = _date_of(_volume(*MAY), "2125-05-19").evidence[-1]
    assert explanation.kind == "volume"
    assert "alone read as 2125-05-19" in explanation.source
    unchanged = _resolved(_volume(*MAY), Context(), SETTINGS)[0].fields.date
    assert [e.kind for e in unchanged.evidence] == ["pdf_text"]


def test_dates_of_others_decide_the_order_of_day_and_month() -> None:
    alone = _record("11/05/2025", "last").fields.date
    together = _date_of(_volume(*MAY), "11/05/2025")
    assert alone.value == "2025-11-05"
    assert together.value == "2025-05-11"
    assert together.confidence > alone.confidence


def test_date_formats_of_others_decide_the_order_of_day_and_month() -> None:
    day_first = [f"{day}/07/2025" for day in range(13, 29)] + [
        f"{d}/06/2025" for d in range(13, 29)
    ]
    assert _date_of(_volume(*day_first), "07/06/2025").value == "2025-06-07"
    month_first = [f"07/{d}/2025" for d in range(13, 29)] + [f"06/{d}/2025" for d in range(13, 29)]
    assert _date_of(_volume(*month_first), "07/06/2025").value == "2025-07-06"


def test_file_time_decides_the_order_unless_it_is_that_of_the_blank_form() -> None:
    volume = _volume(*(f"2025-{m:02d}-{d:02d}" for m in (5, 6) for d in range(1, 29, 3)))
    late = _date_of(volume, "05/06/2025", made="2025-06-05T18:00:00+02:00")
    early = _date_of(volume, "05/06/2025", made="2025-05-06T09:00:00")
    blank = _date_of(volume, "05/06/2025", made="2017-06-05T09:00:00")
    assert (late.value, early.value) == ("2025-06-05", "2025-05-06")
    assert late.confidence > 0.9 > blank.confidence


def test_own_date_is_not_evidence_for_a_record() -> None:
    """A wrong year stays when there is no other agreement, or only one."""
    alone = _resolved(_volume("2125-05-19"), Context(), SETTINGS)[0]
    assert alone.fields.date.value == "2125-05-19"
    two = _resolved(_volume("2125-05-19", "2025-05-20"), Context(), SETTINGS)
    assert [r.fields.date.value for r in two] == ["2125-05-19", "2025-05-20"]


def test_others_from_many_years_are_no_evidence_for_a_year() -> None:
    texts = ("2020-05-01", "2021-06-01", "2022-07-01", "2023-01-01", "2024-02-01", "2031-05-01")
    records = _resolved(_volume(*texts), Context(), SETTINGS)
    assert [r.fields.date.value for r in records] == list(texts)


@pytest.mark.parametrize("given", [Context(), context_of(2025, date(2025, 8, 11))])
def test_results_do_not_depend_on_the_order_of_files(given: Context) -> None:
    rng = random.Random(3)  # noqa: S311
    texts = [f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/2025" for _ in range(60)]
    records = _volume(*texts, "2015.05.19", "Vox/ Ox/ 25", "31 June 2025", "5 May 20255")
    expected = {r.document.name: r.to_json() for r in _resolved(records, given, SETTINGS)}
    rng.shuffle(records)
    assert {r.document.name: r.to_json() for r in _resolved(records, given, SETTINGS)} == expected


def test_consensus_pass_starts_from_the_readings() -> None:
    """It does not start from an earlier result of its own: values do not drift."""
    records = _resolved(_volume(*MAY, "2015.05.19"), Context(), SETTINGS)
    dates = [r.fields.date for r in records]
    assert [d.value for d in dates] == [r.fields.date.value for r in _volume(*MAY)] + ["2025-05-19"]


def test_record_without_readings_is_unchanged() -> None:
    nothing = Flag(code="not_an_agreement", message="x", severity="reject")
    bare = Record(document=Document(name="x", path="x"), verdict=Verdict.REJECTED, flags=(nothing,))
    assert _resolved([*_volume(*MAY), bare], Context(), SETTINGS)[-1] == bare
