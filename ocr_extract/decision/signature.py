"""Is it signed, how, and by whom: from certificates first, then from the chosen mark."""

from __future__ import annotations

from ocr_extract.calibration import confidence
from ocr_extract.decision.evidence import (
    evidence_of,
    is_typed,
    surest_reading,
)
from ocr_extract.fields.assign import ScoredMark, is_drawn
from ocr_extract.fields.observations import Observations
from ocr_extract.forms.phrases import holds_label
from ocr_extract.recognition.names import DATES, PP_OCR
from ocr_extract.records import Evidence, SignatureKind, SignatureResult, SignerMatch
from ocr_extract.signatures.fonts import is_script
from ocr_extract.signatures.names import is_whole_name, signer_match

MAX_TYPE_HEIGHT = 26.0
"""Points from which ink is no line of type: script fonts are set at 10 to 24."""
SURE_WORD = 0.88
"""Word score (0..1) from which a name in ink may be a drawn font (chosen)."""
SIGNED_THRESHOLD = 0.9
"""Probability from which ink is called a signature; below it a person looks (chosen)."""
NAMED_THRESHOLD = 0.6
"""Similarity to the author's name (0..1) from which ink is shown as that text (chosen)."""
MAX_UNCLEAR = 0.5
"""Confidence that type which is no name does not exceed (chosen)."""
Names = tuple[str | None, str | None]
"""The author and the corresponding author."""


def signature_of(mark: ScoredMark | None, observed: Observations, names: Names) -> SignatureResult:
    """The signature of an agreement; `mark` is the chosen one, None where none was."""
    if observed.certificates:
        return _certified(observed)
    if mark is None:
        return _no_signature(observed)
    readings = mark.mark.readings
    free = [(r.best, confidence.word_score(r)) for r in readings if r.reader != DATES]
    match = signer_match(free, *names)
    sure = _probability(mark)
    clear = _is_clear(sure, match, mark, observed)
    legible = is_typed(mark) or not observed.has_ink or mark.name_like > NAMED_THRESHOLD
    text = surest_reading(readings).best if legible else None
    return SignatureResult(
        present="yes" if clear else "cannot tell",
        value=text,
        as_written=text,
        written=_how_signed(mark, observed, names),
        names=match,
        ink=mark.mark.ink if mark.mark.kind == "ink" else "",
        confidence=round(sure if clear or is_drawn(mark) else min(sure, MAX_UNCLEAR), 4),
        place=mark.mark.place,
        evidence=evidence_of(mark),
    )


def _probability(mark: ScoredMark) -> float:
    if is_drawn(mark):
        return confidence.drawn_signature(mark.signed)
    return confidence.typed_signature(mark.name_like)


def _is_clear(sure: float, match: SignerMatch, mark: ScoredMark, observed: Observations) -> bool:
    """Whether a mark is surely a signature: ink by its looks. Type is one only as a name of
    the signer: the end of a label and a part of a date are read as type, too.
    """
    if is_drawn(mark):
        return sure >= SIGNED_THRESHOLD
    named = match in ("author", "corresponding_author", "both")
    printed = any(holds_label(reading.best) for reading in mark.mark.readings)
    return not observed.has_ink or (named and not printed)


def _how_signed(mark: ScoredMark, observed: Observations, names: Names) -> SignatureKind:
    if not observed.has_ink:
        return "unknown"
    if not is_typed(mark):
        return "script" if _is_drawn_type(mark, names) else "hand"
    return "script" if is_script(mark.mark.font) else "typed"


def _is_drawn_type(mark: ScoredMark, names: Names) -> bool:
    """Whether ink is a name in a handwriting-like font, drawn as a path or a picture: it
    reads as the whole name, surely, and is as low as a line of type. Hands do not.
    """
    return mark.mark.height <= MAX_TYPE_HEIGHT and any(
        is_whole_name(r.best, name) and confidence.word_score(r) >= SURE_WORD
        for r in mark.mark.readings
        if r.reader == PP_OCR
        for name in names
    )


def _certified(observed: Observations) -> SignatureResult:
    """Signed by certificate: the last one, whose box on the page is the place."""
    last = observed.certificates[-1]
    time = last.signed_at or "at an unstated time"
    later = "" if last.whole_file else "; the file was added to afterwards"
    source = f"certificate, {last.state}, signed {time}{later}"
    return SignatureResult(
        present="yes" if last.state in ("valid", "unverified") else "cannot tell",
        value=last.signer,
        as_written=last.signer,
        written="certificate",
        confidence=confidence.CERTIFICATES[last.state],
        place=observed.sealed,
        evidence=(Evidence(kind="certificate", source=source, place=observed.sealed),),
    )


def _no_signature(observed: Observations) -> SignatureResult:
    """Text shows no ink, so that only a page can be unsigned."""
    broken = any(d.stage in ("render", "read") or d.kind == "broken_page" for d in observed.damage)
    if not observed.labels or not observed.has_ink or broken:
        return SignatureResult(present="cannot tell", written="unknown")
    return SignatureResult(present="no", written="none", confidence=confidence.NO_INK)
