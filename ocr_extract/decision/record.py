"""Findings to a record: marks to fields, readings to values, and what a person must see."""

from __future__ import annotations

from dataclasses import replace

from ocr_extract.calibration import confidence
from ocr_extract.dates.priors import Context
from ocr_extract.dates.recover import RecoveredDate
from ocr_extract.decision.date import date_result, recovered, stamps_of
from ocr_extract.decision.flags import flags_of, verdict_of
from ocr_extract.fields.assign import Assignment, ScoredMark, assign, is_drawn
from ocr_extract.fields.features import score_marks
from ocr_extract.fields.observations import Observations, ObservedBlank
from ocr_extract.forms.phrases import holds_label
from ocr_extract.recognition.names import DATES, HANDWRITING, OF_INK, PDF, PP_OCR
from ocr_extract.records import (
    Candidate,
    DateResult,
    Evidence,
    EvidenceKind,
    FieldResult,
    Fields,
    Hypothesis,
    Reading,
    Record,
    SignatureKind,
    SignatureResult,
    SignerMatch,
    Written,
)
from ocr_extract.settings import Settings
from ocr_extract.signatures.fonts import is_script
from ocr_extract.signatures.names import is_whole_name, signer_match

SHOWN_STRINGS = 10
"""Strings of a reading that are kept in a record; of dates all, for a second look."""
LOW_AS_TYPE = 26.0
"""Points: script fonts are set at 10 to 24."""
CLEARLY = 0.88
SIGNED_THRESHOLD = 0.9
"""Probability from which ink is called a signature; below it a person looks."""
TYPED_THRESHOLD = 0.72
"""Typedness (0..1) from which a mark counts as type, not handwriting."""


def decide(
    findings: Observations,
    context: Context,
    settings: Settings,
) -> Record:
    """What the findings mean in the light of the volume; the same for the same input."""
    context = replace(context, stamps=stamps_of(findings.document))
    author = _blank(findings.blanks.get("author"))
    title = _blank(findings.blanks.get("title"))
    rects = {name: label.rect for name, label in findings.labels.items()}
    marks = score_marks(findings.marks, rects, author.value, context, settings)
    chosen = assign(rects, marks)
    picked = _pick("date", chosen, marks)
    found = _recovered(picked, context, settings)
    fields = Fields(
        title=title,
        author=author,
        corresponding_author=_name(chosen, marks, findings),
        date=_date(found, picked, findings, settings),
        signature=_signature(chosen, marks, findings, author.value),
    )
    flags = flags_of(findings, fields, found, chosen, context, settings)
    return Record(
        document=findings.document,
        form=findings.form,
        fields=fields,
        verdict=verdict_of(flags, findings.damage, located=bool(findings.labels)),
        flags=flags,
        damage=findings.damage,
        seconds=round(findings.seconds, 3),
    )


def _pick(field: str, chosen: Assignment, marks: list[ScoredMark]) -> ScoredMark | None:
    index = next((i for name, i in chosen.chosen.items() if name == field), None)
    return None if index is None else marks[index]


def _blank(found: ObservedBlank | None) -> FieldResult:
    """A field in running text, as it was read."""
    if found is None:
        return FieldResult()
    if not found.text:
        return FieldResult(
            written="hand" if found.ink else "blank",
            confidence=0.0 if found.ink else round(0.9 * found.located, 4),
            place=found.place,
        )
    sure = round(confidence.text_confidence(found.scores, found.located), 4)
    return FieldResult(
        value=found.text,
        as_written=found.text,
        written="hand" if found.ink else "unknown",
        confidence=sure,
        candidates=(Candidate(value=found.text, probability=sure, reason="as written"),),
        place=found.place,
        evidence=(Evidence(kind="ocr" if found.place else "text", source="page"),),
    )


def _name(chosen: Assignment, marks: list[ScoredMark], findings: Observations) -> FieldResult:
    """The corresponding author, as the signer wrote it beside the label."""
    picked = _pick("corresponding_author", chosen, marks)
    if picked is None:
        sure = confidence.NO_INK if findings.labels else 0.0
        return FieldResult(written="blank" if findings.labels else "unknown", confidence=sure)
    reading = _surest(picked.mark.readings)
    text = reading.best or None
    sure = min(0.99, confidence.reading_quality(reading, picked.mark.readings)) if text else 0.0
    candidates = (Candidate(value=text, probability=sure, reason="as written"),) if text else ()
    return FieldResult(
        value=text,
        as_written=text,
        written=_written(picked, findings),
        confidence=round(sure, 4),
        candidates=candidates,
        place=picked.mark.place,
        evidence=_evidence(picked),
    )


def _surest(readings: tuple[Reading, ...]) -> Reading:
    """The surest free reading; of type, tesseract's, which keeps the spaces."""
    free = [r for r in readings if r.reader not in (DATES, HANDWRITING)]
    typed = [r for r in free if r.reader not in OF_INK]
    if confidence.print_score(readings) >= TYPED_THRESHOLD:
        free = typed
    return max(free, key=confidence.word_score, default=Reading(reader="none", hypotheses=()))


def _written(picked: ScoredMark, findings: Observations) -> Written:
    if not findings.has_ink:
        return "unknown"
    return "typed" if picked.typed >= TYPED_THRESHOLD else "hand"


def _evidence(picked: ScoredMark) -> tuple[Evidence, ...]:
    kind: EvidenceKind = "text" if picked.mark.place is None else "ocr"
    if picked.mark.kind == "ink":
        kind = "ink"
    elif any(reading.reader == PDF for reading in picked.mark.readings):
        kind = "pdf_text"
    source = picked.mark.origin or picked.mark.kind
    return (
        Evidence(
            kind=kind,
            source=source,
            place=picked.mark.place,
            readings=tuple(_shortened(reading) for reading in picked.mark.readings),
        ),
    )


def _shortened(reading: Reading) -> Reading:
    if reading.reader == DATES:
        return reading
    return reading.model_copy(update={"hypotheses": reading.hypotheses[:SHOWN_STRINGS]})


def _recovered(
    picked: ScoredMark | None, context: Context, settings: Settings
) -> RecoveredDate | None:
    """The date behind the chosen mark; None when no mark was chosen."""
    if picked is None:
        return None
    return recovered(
        picked.mark.readings,
        typed=picked.typed >= TYPED_THRESHOLD,
        placed=picked.mark.place is not None,
        context=context,
        settings=settings,
    )


def _date(
    found: RecoveredDate | None,
    picked: ScoredMark | None,
    findings: Observations,
    settings: Settings,
) -> DateResult:
    if found is None or picked is None:
        return _no_date(findings)
    evidence = (*_evidence(picked), *_hidden_evidence(findings))
    return date_result(found, _written(picked, findings), picked.mark.place, evidence, settings)


def _hidden_evidence(findings: Observations) -> tuple[Evidence, ...]:
    """Text that does not show is kept as evidence, and never makes a value."""
    return tuple(
        Evidence(
            kind="hidden_text",
            source="text that does not show",
            readings=(Reading(reader=PDF, hypotheses=(_weak(line),)),),
        )
        for line in findings.hidden
    )


def _weak(line: str) -> Hypothesis:
    return Hypothesis(text=line, log_likelihood=confidence.HIDDEN_TEXT)


def _no_date(findings: Observations) -> DateResult:
    """Nothing by the label; a certificate's own time is a candidate, and no more."""
    times = [c.signed_at[:10] for c in findings.certificates if c.signed_at]
    reason = "the certificate's time; no date stands by its label"
    return DateResult(
        written="blank" if findings.labels else "unknown",
        confidence=confidence.NO_INK if findings.labels else 0.0,
        candidates=tuple(
            Candidate(value=time, probability=confidence.CERTIFICATE_DAY, reason=reason)
            for time in times[-1:]
        ),
    )


def _signature(
    chosen: Assignment, marks: list[ScoredMark], findings: Observations, author: str | None
) -> SignatureResult:
    picked = _pick("signature", chosen, marks)
    if findings.certificates:
        return _certified(findings)
    if picked is None:
        return _no_signature(findings)
    reading = _surest(picked.mark.readings)
    ink = picked.mark.kind == "ink"
    drawn = is_drawn(picked)
    sure = (
        confidence.drawn_signature(picked.signed)
        if drawn
        else confidence.typed_signature(picked.name_like)
    )
    typed = picked.typed >= TYPED_THRESHOLD
    other = _name(chosen, marks, findings).value
    free = [(r.best, confidence.word_score(r)) for r in picked.mark.readings if r.reader != DATES]
    whose = signer_match(free, author, other)
    text = reading.best if typed or not findings.has_ink or picked.name_like > 0.6 else None
    clear = _is_clear(sure, whose, picked, findings)
    return SignatureResult(
        present="yes" if clear else "cannot tell",
        value=text,
        as_written=text,
        written=_signed_how(picked, findings, (author, other)),
        names=whose,
        ink=picked.mark.ink if ink else "",
        confidence=round(sure if clear or drawn else min(sure, 0.5), 4),
        place=picked.mark.place,
        evidence=_evidence(picked),
    )


def _is_clear(sure: float, whose: SignerMatch, picked: ScoredMark, findings: Observations) -> bool:
    """Whether a mark is surely a signature: ink by its looks. Type is one only as a name of
    the signer: the end of a label and a part of a date are read as type, too.
    """
    if is_drawn(picked):
        return sure >= SIGNED_THRESHOLD
    named = whose in ("author", "corresponding_author", "both")
    printed = any(holds_label(reading.best) for reading in picked.mark.readings)
    return not findings.has_ink or (named and not printed)


def _signed_how(
    picked: ScoredMark, findings: Observations, names: tuple[str | None, ...]
) -> SignatureKind:
    if not findings.has_ink:
        return "unknown"
    if picked.typed < TYPED_THRESHOLD:
        return "script" if _is_drawn_type(picked, names) else "hand"
    return "script" if is_script(picked.mark.font) else "typed"


def _is_drawn_type(picked: ScoredMark, names: tuple[str | None, ...]) -> bool:
    """Whether ink is a name in a handwriting-like font, drawn as a path or a picture: it
    reads as the whole name, surely, and is as low as a line of type. Hands do not.
    """
    return picked.mark.height <= LOW_AS_TYPE and any(
        is_whole_name(r.best, name) and confidence.word_score(r) >= CLEARLY
        for r in picked.mark.readings
        if r.reader == PP_OCR
        for name in names
    )


def _certified(findings: Observations) -> SignatureResult:
    """Signed by certificate: the last one, whose box on the page is the place."""
    last = findings.certificates[-1]
    time = last.signed_at or "at an unstated time"
    later = "" if last.whole_file else "; the file was added to afterwards"
    source = f"certificate, {last.state}, signed {time}{later}"
    return SignatureResult(
        present="yes" if last.state in ("valid", "unverified") else "cannot tell",
        value=last.signer,
        as_written=last.signer,
        written="certificate",
        confidence=confidence.CERTIFICATES[last.state],
        place=findings.sealed,
        evidence=(Evidence(kind="certificate", source=source, place=findings.sealed),),
    )


def _no_signature(findings: Observations) -> SignatureResult:
    """Text shows no ink, so that only a page can be unsigned."""
    broken = any(d.stage in ("render", "read") or d.kind == "broken_page" for d in findings.damage)
    if not findings.labels or not findings.has_ink or broken:
        return SignatureResult(present="cannot tell", written="unknown")
    return SignatureResult(present="no", written="none", confidence=confidence.NO_INK)
