"""Decides whether an agreement is signed, how, and by whom. A certificate comes first, then the
chosen mark.
"""

from __future__ import annotations

import re

from ocr_extract.calibration import confidence
from ocr_extract.decision.evidence import (
    certificate_evidence,
    evidence_of,
    is_typed,
    surest_reading,
)
from ocr_extract.fields.assign import ScoredMark, is_drawn, place_score
from ocr_extract.fields.observations import Observations
from ocr_extract.forms.phrases import holds_label
from ocr_extract.recognition.names import DATES, INK_RECOGNIZERS, PP_OCR
from ocr_extract.records import SignatureKind, SignatureResult, SignerMatch
from ocr_extract.signatures.fonts import is_script
from ocr_extract.signatures.names import is_whole_name, signer_match

MAX_TYPE_HEIGHT = 34.0
"""Largest height, in points, of ink that may be a line of type in a script font (chosen; counted:
10 of 22 drawn names in script fonts are 26 to 34 points high, and 1 such name by hand)."""
MIN_SCRIPT_SCORE = 0.88
"""Word score (0..1) from which a name in ink may be a drawn script font (chosen)."""
SIGNED_THRESHOLD = 0.85
"""Probability (0..1) from which ink is a signature; below it a person decides (chosen; counted: of
signed real forms 3 of 656 are between 0.85 and 0.9, and of unsigned made forms 1 of 1,011)."""
NAMED_THRESHOLD = 0.6
"""Similarity to the author's name (0..1) above which the text of handwritten ink is given as the
value (chosen)."""
MAX_UNCLEAR = 0.5
"""Highest confidence (0..1) of type that is not clearly the signer's name (chosen)."""
SIGNERS: frozenset[SignerMatch] = frozenset(("author", "corresponding_author", "both"))
"""Whose name has to be read in a mark to speak for a signature."""
CONFORMED = re.compile(r"^\s*/\s*(?:s\s*/\s*)?[^\W\d_][^/\d]*[^\W\d_]\.?\s*/?\s*$", re.IGNORECASE)
"""A typed signature between slashes, "/Mira Feldmann/", or after "/s/": the form in which offices
take a signature in type (chosen; in the United States 37 CFR 1.4(d)(2) defines it)."""
Names = tuple[str | None, str | None]
"""The author and the corresponding author; None when not read."""


def signature_of(
    mark: ScoredMark | None, left: ScoredMark | None, observed: Observations, names: Names
) -> SignatureResult:
    """The signature of an agreement. `mark` is the chosen mark, None when no mark was chosen;
    `left` is ink that no field took and that may be a signature.
    """
    if observed.certificates:
        return _certified(mark, observed, names)
    if mark is None:
        return _no_signature(left, observed)
    readings = mark.mark.readings
    free = [(r.best, confidence.word_score(r)) for r in readings if r.reader != DATES]
    match = signer_match(free, *names)
    sure = _probability(mark, "cannot tell" if _is_authors_entry(mark, observed) else match)
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


def _probability(mark: ScoredMark, match: SignerMatch = "cannot tell") -> float:
    """Probability (0..1) that a mark is a signature. `match`: whose name is read in it. Ink that
    reaches into a label may be the corresponding author's name beside it.
    """
    if is_drawn(mark):
        in_label = any(reading.best.startswith(":") for reading in mark.mark.readings)
        named = confidence.NAMED_INK if match in SIGNERS and not in_label else 0.0
        return confidence.drawn_signature(mark.signed + named)
    return confidence.typed_signature(mark.name_like)


def _is_authors_entry(mark: ScoredMark, observed: Observations) -> bool:
    """Whether a mark is a segment of larger ink, and its place fits the author's label better than
    that of the signature: the author's printed name that other ink touches.
    """
    author, own = (observed.labels.get(n) for n in ("corresponding_author", "signature"))
    if author is None or own is None or mark.mark.area > 0.0:
        return False
    return place_score(author.rect, mark.mark) > place_score(own.rect, mark.mark)


def _is_clear(sure: float, match: SignerMatch, mark: ScoredMark, observed: Observations) -> bool:
    """Whether a mark is clearly a signature. For ink its probability decides. Type is a signature
    only when it is a name of the signer or stands between slashes, and holds no label, because the
    end of a label or a part of a date is read as type too. In a text file every mark counts.
    """
    if is_drawn(mark):
        return sure >= SIGNED_THRESHOLD
    named = match in SIGNERS or _is_conformed(mark)
    printed = any(holds_label(reading.best) for reading in mark.mark.readings)
    return not observed.has_ink or (named and not printed)


def _is_conformed(mark: ScoredMark) -> bool:
    """Whether all readings of type are a signature between slashes."""
    texts = [r.best for r in mark.mark.readings if r.reader not in INK_RECOGNIZERS]
    return bool(texts) and all(CONFORMED.match(text) for text in texts)


def _how_signed(mark: ScoredMark, observed: Observations, names: Names) -> SignatureKind:
    if not observed.has_ink:
        return "unknown"
    if not is_typed(mark):
        return "script" if _is_drawn_type(mark, observed, names) else "hand"
    return "script" if is_script(mark.mark.font) else "typed"


def _is_drawn_type(mark: ScoredMark, observed: Observations, names: Names) -> bool:
    """Whether ink is a name in a script font that was drawn as a path or a picture. Such ink is
    read as the whole name with a high score, and is not taller than a line of type. Handwriting
    rarely has both properties, but on paper and in Ink annotations it is what one expects.
    """
    if observed.document.kind in ("scan", "photo") or mark.mark.origin.startswith("Ink"):
        return False
    return mark.mark.height <= MAX_TYPE_HEIGHT and any(
        is_whole_name(r.best, name) and confidence.word_score(r) >= MIN_SCRIPT_SCORE
        for r in mark.mark.readings
        if r.reader == PP_OCR
        for name in names
    )


def _certified(mark: ScoredMark | None, observed: Observations, names: Names) -> SignatureResult:
    """The signature by the last certificate; its place is the certificate's box on the page. Where
    a signature is drawn too, that is how the form is signed.
    """
    last = observed.certificates[-1]
    certified = SignatureResult(
        present="yes" if last.state in ("valid", "unverified") else "cannot tell",
        value=last.signer,
        as_written=last.signer,
        written="certificate",
        confidence=confidence.CERTIFICATES[last.state],
        place=observed.sealed,
        evidence=(certificate_evidence(last, observed.sealed),),
    )
    if mark is None or not is_drawn(mark) or _probability(mark) < SIGNED_THRESHOLD:
        return certified
    drawn = {
        "present": "yes",
        "written": _how_signed(mark, observed, names),
        "confidence": max(certified.confidence, round(_probability(mark), 4)),
        "place": mark.mark.place,
        "ink": mark.mark.ink,
        "evidence": (*evidence_of(mark), *certified.evidence),
    }
    return certified.model_copy(update=drawn)


def _no_signature(left: ScoredMark | None, observed: Observations) -> SignatureResult:
    """The result when no mark was chosen. Only an undamaged page without ink that may be a
    signature can be called unsigned. A text file shows no ink.
    """
    broken = any(d.stage in ("render", "read") or d.kind == "broken_page" for d in observed.damage)
    if not observed.labels or not observed.has_ink or broken:
        return SignatureResult(present="cannot tell", written="unknown")
    if left is not None:
        return SignatureResult(
            present="cannot tell",
            written="hand",
            confidence=min(MAX_UNCLEAR, round(_probability(left), 4)),
            place=left.mark.place,
            evidence=evidence_of(left),
        )
    sure = confidence.NO_SIGNATURE_CONFIDENCE
    return SignatureResult(present="no", written="none", confidence=sure)
