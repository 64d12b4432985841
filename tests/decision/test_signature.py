"""A certificate or a mark decides whether an agreement is signed, how, and by whom."""

import math
from dataclasses import replace

import pytest

from ocr_extract.calibration.confidence import CERTIFICATES, NO_SIGNATURE_CONFIDENCE, SIGNED_PRIOR
from ocr_extract.decision.signature import MAX_TYPE_HEIGHT, MAX_UNCLEAR, signature_of
from ocr_extract.fields.assign import ScoredMark
from ocr_extract.fields.observations import Observations
from ocr_extract.geometry import Rect
from ocr_extract.records import Damage, DocumentKind, SignatureResult, Stage
from ocr_extract.sources.certificates import Certificate
from tests.decision_factory import DOCUMENT, LABELS, PLACE, dates, reading, scored

NAMES = ("Mira Feldmann", "Jonas Weber")
PAGE = Observations(DOCUMENT, labels=LABELS, has_ink=True)
TEXT_FILE = replace(PAGE, has_ink=False)
DRAWN, UNSURE = 6.0, -2.0
"""Natural log-odds of ink that is surely a signature, and of ink that may be none."""


def _signature(mark: ScoredMark | None, observed: Observations = PAGE) -> SignatureResult:
    return signature_of(mark, None, observed, NAMES)


def _certified(
    *states: str, later: bool = False, mark: ScoredMark | None = None
) -> SignatureResult:
    """The result of certificates in these states; `later`: the file was added to afterwards."""
    certificates = tuple(
        Certificate(f"Signer {state}", "2025-05-27T10:00:00", state, whole_file=not later)  # type: ignore[arg-type]
        for state in states
    )
    return _signature(mark, replace(PAGE, certificates=certificates, sealed=PLACE))


def _typed(text: str, *, name_like: float = 1.0, font: str = "") -> ScoredMark:
    return scored([reading(text)], kind="text", typed=0.9, name_like=name_like, font=font)


def _drawn_type(text: str, *, height: float = 20.0, score: float = 0.95) -> ScoredMark:
    """Ink that the recognizer of printed lines reads as `text`."""
    return scored([reading(text, score, "pp-ocr")], signed=DRAWN, height=height)


@pytest.mark.parametrize(
    ("state", "present"),
    [("valid", "yes"), ("unverified", "yes"), ("altered", "cannot tell"),
     ("unreadable", "cannot tell")],
)  # fmt: skip
def test_last_certificate_comes_before_any_mark(state: str, present: str) -> None:
    result = _certified("valid", "altered", state)
    assert (result.present, result.written) == (present, "certificate")
    assert (result.value, result.place) == (f"Signer {state}", PLACE)
    assert result.confidence == CERTIFICATES[state]


def test_evidence_of_a_certificate_says_whether_the_file_grew_afterwards() -> None:
    whole, grown = _certified("valid").evidence[0], _certified("valid", later=True).evidence[0]
    assert whole.source == "certificate, valid, signed 2025-05-27T10:00:00"
    assert grown.source == f"{whole.source}; the file was added to afterwards"


def test_ink_is_a_signature_from_the_threshold_on() -> None:
    at_threshold = math.log(0.85 / 0.15) - SIGNED_PRIOR
    """Natural log-odds of a signature with probability 0.85."""
    assert _signature(scored(signed=at_threshold + 1e-6)).present == "yes"
    below = _signature(scored(signed=at_threshold - 1e-3))
    assert (below.present, round(below.confidence, 2)) == ("cannot tell", 0.85)
    assert (below.written, below.ink, below.place) == ("hand", "1f", PLACE)


def test_name_of_the_signer_in_ink_speaks_for_a_signature() -> None:
    unsure = math.log(0.7 / 0.3) - SIGNED_PRIOR

    def present(text: str) -> str:
        return _signature(scored([reading(text, 0.9, "pp-ocr")], signed=unsure)).present

    assert present(NAMES[0]) == "yes"
    assert present("zzz") == "cannot tell"
    assert present(f": {NAMES[0]}") == "cannot tell", "the author's name beside a label"


@pytest.mark.parametrize(
    ("rect", "area", "present"),
    [
        (Rect(262, 412, 340, 424), 0.0, "cannot tell"),
        (Rect(262, 412, 340, 424), 90.0, "yes"),
        (Rect(216, 424, 300, 437), 0.0, "yes"),
    ],
    ids=["segment beside the author's label", "mark beside it", "beside the signature's label"],
)
def test_name_cut_out_of_larger_ink_beside_the_authors_label_is_no_sign_of_a_signature(
    rect: Rect, area: float, present: str
) -> None:
    name = scored([reading(NAMES[0], 0.9, "pp-ocr")], signed=math.log(0.7 / 0.3) - SIGNED_PRIOR)
    mark = replace(name, mark=replace(name.mark, rect=rect, area=area))
    assert _signature(mark).present == present


def test_ink_beside_a_certificate_says_how_the_form_is_signed() -> None:
    drawn = _certified("unreadable", mark=scored(signed=DRAWN))
    assert (drawn.present, drawn.written, drawn.ink) == ("yes", "hand", "1f")
    assert [e.kind for e in drawn.evidence] == ["ink", "certificate"]
    for other in (scored(signed=UNSURE), _typed("Mira Feldmann")):
        assert _certified("valid", mark=other).written == "certificate"


def test_ink_that_no_field_took_leaves_open_whether_it_is_signed() -> None:
    left = scored(signed=-4.0)
    result = signature_of(None, left, PAGE, NAMES)
    assert (result.present, result.written, result.place) == ("cannot tell", "hand", PLACE)
    assert result.confidence <= MAX_UNCLEAR
    assert signature_of(None, left, TEXT_FILE, NAMES).written == "unknown"


@pytest.mark.parametrize("kind", ["scan", "photo"])
def test_name_on_paper_is_by_hand_however_well_it_reads(kind: DocumentKind) -> None:
    on_paper = replace(PAGE, document=DOCUMENT.model_copy(update={"kind": kind}))
    assert _signature(_drawn_type("Mira Feldmann"), on_paper).written == "hand"
    ink = scored([reading("Mira Feldmann", 0.95, "pp-ocr")], signed=DRAWN, origin="Ink by M")
    assert _signature(ink).written == "hand"


def test_text_of_ink_is_given_only_when_it_reads_like_the_name() -> None:
    scrawl = [reading("Mira Feldrnann")]
    assert _signature(scored(scrawl, signed=DRAWN, name_like=0.6)).value is None
    legible = _signature(scored(scrawl, signed=DRAWN, name_like=0.61))
    assert (legible.value, legible.names) == ("Mira Feldrnann", "author")


@pytest.mark.parametrize(
    ("text", "name_like", "present", "confidence"),
    [
        ("Mira Feldmann", 1.0, "yes", 0.9),
        ("J. Weber", 0.3, "yes", 0.5),
        ("Author: Mira Feldmann", 0.9, "cannot tell", MAX_UNCLEAR),
        ("Department of Physics", 0.1, "cannot tell", MAX_UNCLEAR),
    ],
)
def test_type_is_a_signature_only_as_the_name_of_a_signer_without_a_label(
    text: str, name_like: float, present: str, confidence: float
) -> None:
    result = _signature(_typed(text, name_like=name_like))
    assert (result.present, result.confidence, result.value) == (present, confidence, text)
    assert result.ink == ""


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("/Ingrid Brandt/", "yes"),
        ("/s/ Ingrid Brandt", "yes"),
        ("/Author: Ingrid Brandt/", "cannot tell"),
        ("Ingrid Brandt", "cannot tell"),
        ("/7/8/2025", "cannot tell"),
        ("/ /", "cannot tell"),
    ],
)
def test_type_between_slashes_is_a_signature(text: str, present: str) -> None:
    assert _signature(_typed(text, name_like=0.0)).present == present


def test_every_mark_of_a_text_file_is_a_signature_of_unknown_kind() -> None:
    result = _signature(_typed("/s/ somebody", name_like=0.0), TEXT_FILE)
    assert (result.present, result.written, result.value) == ("yes", "unknown", "/s/ somebody")


@pytest.mark.parametrize(("font", "written"), [("SegoeScript", "script"), ("Times-Roman", "typed")])
def test_font_tells_a_script_signature_from_a_typed_one(font: str, written: str) -> None:
    assert _signature(_typed("Mira Feldmann", font=font)).written == written


@pytest.mark.parametrize(
    ("mark", "written"),
    [
        (_drawn_type("Mira Feldmann"), "script"),
        (_drawn_type("Jonas Weber", height=MAX_TYPE_HEIGHT, score=0.881), "script"),
        (_drawn_type("Mira Feldmann", height=MAX_TYPE_HEIGHT + 0.1), "hand"),
        (_drawn_type("Mira Feldmann", score=0.87), "hand"),
        (_drawn_type("Mira F."), "hand"),
        (scored([reading("Mira Feldmann", 0.99)], signed=DRAWN), "hand"),
    ],
    ids=["script", "limits", "tall", "unsure", "part of the name", "other recognizer"],
)
def test_low_ink_that_is_surely_a_whole_name_is_a_script_font(
    mark: ScoredMark, written: str
) -> None:
    assert _signature(mark).written == written


def test_scored_dates_do_not_name_the_signer() -> None:
    date = dates(("27 September 2025", -0.001))
    other = reading("Somebody Else", 0.95)
    assert _signature(scored([date], signed=DRAWN)).names == "cannot tell"
    assert _signature(scored([date, other], signed=DRAWN)).names == "neither"


@pytest.mark.parametrize(
    ("stage", "kind", "present"),
    [("render", "timeout", "cannot tell"), ("read", "reader_timeout", "cannot tell"),
     ("open", "broken_page", "cannot tell"), ("judge", "internal", "no")],
)  # fmt: skip
def test_only_an_undamaged_page_is_called_unsigned(stage: Stage, kind: str, present: str) -> None:
    damaged = replace(PAGE, damage=(Damage(stage=stage, kind=kind, effect="x"),))
    assert _signature(None, damaged).present == present


def test_missing_mark_means_unsigned_only_on_a_page_with_a_signing_block() -> None:
    unsigned = _signature(None)
    assert (unsigned.present, unsigned.written) == ("no", "none")
    assert unsigned.confidence == NO_SIGNATURE_CONFIDENCE
    for unseen in (TEXT_FILE, replace(PAGE, labels={})):
        assert _signature(None, unseen) == SignatureResult(present="cannot tell", written="unknown")
