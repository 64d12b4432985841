import random
from collections.abc import Sequence
from datetime import date

import pytest

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.date import date_result, recovered
from ocr_extract.decision.flags import redated_flags, verdict_of
from ocr_extract.records import (
    Box,
    DateResult,
    Document,
    Evidence,
    Fields,
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
    """A record after the first look: its file tells this text beside "Date:"."""
    readings = (Reading(reader="pdf", hypotheses=(Hypothesis(text=text, log_likelihood=-0.001),)),)
    shown = Evidence(kind="pdf_text", source="text", place=PLACE, readings=readings)
    known = context or Context()
    found = recovered(readings, typed=True, placed=True, context=known, settings=SETTINGS)
    result = date_result(found, "typed", PLACE, (shown,), SETTINGS)
    record = Record(
        document=Document(name=name, path=name, kind="digital", modified=made or None),
        fields=Fields(date=result, signature=SignatureResult(present="yes", written="hand")),
        verdict=Verdict.REVIEW,
    )
    flags = redated_flags(record, found, result, known, SETTINGS)
    return record.model_copy(
        update={"flags": flags, "verdict": verdict_of(flags, (), located=True)}
    )


def _again(records: Sequence[Record], stated: Context, settings: Settings) -> list[Record]:
    return [record for _, record in consensus_pass(lambda: enumerate(records), stated, settings)]


def _volume(*texts: str) -> list[Record]:
    return [_record(text, f"p{i}") for i, text in enumerate(texts)]


def _date_of(records: list[Record], last: str, **more: str) -> DateResult:
    return _again([*records, _record(last, "last", **more)], Context(), SETTINGS)[-1].fields.date


MAY = [f"2025-05-{day:02d}" for day in range(14, 29)]


def test_a_year_that_nobody_else_writes_is_proposed_with_the_others_as_reason() -> None:
    records = _again([*_volume(*MAY), _record("2125-05-19", "x")], Context(), SETTINGS)
    found = records[-1]
    assert (found.fields.date.as_written, found.fields.date.value) == ("2125-05-19", "2025-05-19")
    assert [flag.code for flag in found.flags] == ["year_slip"]
    assert "15 other agreements are of May 2025" in found.flags[0].message
    assert found.verdict is Verdict.REVIEW
    assert all(record.verdict is Verdict.ACCEPTED for record in records[:-1])


def test_what_moved_is_written_in_the_record() -> None:
    note = _date_of(_volume(*MAY), "2125-05-19").evidence[-1]
    assert note.kind == "volume"
    assert "alone read as 2125-05-19" in note.source
    kept = _again(_volume(*MAY), Context(), SETTINGS)[0].fields.date
    assert [e.kind for e in kept.evidence] == ["pdf_text"]


def test_the_others_days_settle_an_order() -> None:
    alone = _record("11/05/2025", "last").fields.date
    together = _date_of(_volume(*MAY), "11/05/2025")
    assert alone.value == "2025-11-05"
    assert together.value == "2025-05-11"
    assert together.confidence > alone.confidence


def test_the_others_habit_settles_an_order() -> None:
    date_format = [f"{day}/07/2025" for day in range(13, 29)] + [
        f"{d}/06/2025" for d in range(13, 29)
    ]
    assert _date_of(_volume(*date_format), "07/06/2025").value == "2025-06-07"
    american = [f"07/{d}/2025" for d in range(13, 29)] + [f"06/{d}/2025" for d in range(13, 29)]
    assert _date_of(_volume(*american), "07/06/2025").value == "2025-07-06"


def test_a_files_own_time_settles_an_order_unless_it_is_the_blank_forms() -> None:
    volume = _volume(*(f"2025-{m:02d}-{d:02d}" for m in (5, 6) for d in range(1, 29, 3)))
    late = _date_of(volume, "05/06/2025", made="2025-06-05T18:00:00+02:00")
    early = _date_of(volume, "05/06/2025", made="2025-05-06T09:00:00")
    blank = _date_of(volume, "05/06/2025", made="2017-06-05T09:00:00")
    assert (late.value, early.value) == ("2025-06-05", "2025-05-06")
    assert late.confidence > 0.9 > blank.confidence


def test_nobody_judges_himself() -> None:
    """Five that agree on a wrong year do not outvote themselves, nor does one of them."""
    alone = _again(_volume("2125-05-19"), Context(), SETTINGS)[0]
    assert alone.fields.date.value == "2125-05-19"
    two = _again(_volume("2125-05-19", "2025-05-20"), Context(), SETTINGS)
    assert [r.fields.date.value for r in two] == ["2125-05-19", "2025-05-20"]


def test_others_scattered_over_years_say_nothing_of_the_year() -> None:
    texts = ("2020-05-01", "2021-06-01", "2022-07-01", "2023-01-01", "2024-02-01", "2031-05-01")
    found = _again(_volume(*texts), Context(), SETTINGS)
    assert [r.fields.date.value for r in found] == list(texts)


@pytest.mark.parametrize("given", [Context(), context_of(2025, date(2025, 8, 11))])
def test_the_order_of_files_changes_not_a_byte(given: Context) -> None:
    rng = random.Random(3)  # noqa: S311
    texts = [f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/2025" for _ in range(60)]
    records = _volume(*texts, "2015.05.19", "Vox/ Ox/ 25", "31 June 2025", "5 May 20255")
    expected = {r.document.name: r.to_json() for r in _again(records, given, SETTINGS)}
    rng.shuffle(records)
    assert {r.document.name: r.to_json() for r in _again(records, given, SETTINGS)} == expected


def test_a_second_look_twice_is_a_second_look() -> None:
    """It starts from the readings, never from what it said itself: nothing drifts."""
    once = _again(_volume(*MAY, "2015.05.19"), Context(), SETTINGS)
    dates = [r.fields.date for r in once]
    assert [d.value for d in dates] == [r.fields.date.value for r in _volume(*MAY)] + ["2025-05-19"]


def test_a_date_without_readings_is_left_as_it_is() -> None:
    bare = Record(document=Document(name="x", path="x"), verdict=Verdict.REJECTED)
    assert _again([*_volume(*MAY), bare], Context(), SETTINGS)[-1] == bare
