"""Cryptographic signatures: who signed, when, how much of the file is covered, and whether the
signature is valid.

pyHanko validates without network access. A signature whose root certificate is not known here is
reported as "unverified". A signature field without contents is not a signature.
"""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ocr_extract.sources.valid_text import valid_text

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus

CertificateState = Literal["valid", "unverified", "altered", "unreadable"]
SIGNATURE_MARKER = b"/ByteRange"
"""Every signature value names the bytes that it covers, outside of compressed streams. A file
without this key has no signature."""
MAX_SIGNATURES = 10
"""Largest number of signatures of one file that are validated (chosen); later ones are ignored."""
MALFORMED_ERRORS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError,
    NotImplementedError, AssertionError, ArithmeticError, NameError, struct.error, zlib.error,
)  # fmt: skip
"""What pyHanko and asn1crypto raise on malformed structures; found by fuzzing."""


@dataclass(frozen=True)
class Certificate:
    """One signature: `signer` as the certificate names them (or as the signature itself does,
    where the certificate has no name), and `signed_at`, the time that the signer stated (ISO
    8601, in the signer's own zone where the signature states one). Both are None when missing.

    `state`: "valid" (unchanged, and the signer is verified up to a known root), "unverified"
    (unchanged, but the signer's root is not known here), "altered" (signed bytes were changed),
    "unreadable". `whole_file`: nothing was added to the file after this signature.
    """

    signer: str | None
    signed_at: str | None
    state: CertificateState
    whole_file: bool


def read_certificates(content: bytes, roots: Sequence[Path] = ()) -> tuple[Certificate, ...]:
    """All filled signatures of a PDF, oldest first, at most MAX_SIGNATURES. Nearly all files have
    none: they give () at once. Malformed signatures give a certificate in the state "unreadable".

    `roots` are files with certificates that are trusted in addition to the system's own. A root
    that cannot be loaded is ignored.
    """
    if SIGNATURE_MARKER not in content:
        return ()
    with silenced_pyhanko():
        return tuple(_certificates(content, roots))


@contextmanager
def silenced_pyhanko() -> Iterator[None]:
    """PyHanko's loggers and deprecation warnings are off: it logs tracebacks of errors that it
    also returns.
    """
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            # Deprecations inside pyHanko and cryptography are for those projects to fix.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _certificates(content: bytes, roots: Sequence[Path]) -> Iterator[Certificate]:
    """The signatures of a PDF one by one; one unreadable certificate when the PDF cannot be
    parsed.
    """
    # Importing pyHanko takes half a second, and few files need it.
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            reader.decrypt("")  # only permissions are protected
        signatures = list(reader.embedded_regular_signatures)[:MAX_SIGNATURES]
    except (PdfError, *MALFORMED_ERRORS):
        yield Certificate(None, None, "unreadable", whole_file=False)
        return
    for signature in signatures:
        yield _validated(signature, roots)


def _validated(signature: EmbeddedPdfSignature, roots: Sequence[Path]) -> Certificate:
    """One signature, validated without network access; "unreadable" when pyHanko fails on it."""
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    try:
        context = ValidationContext(
            extra_trust_roots=list(_loaded_roots(roots)), allow_fetching=False
        )
        status = validate_pdf_signature(signature, context, skip_diff=False)
        return Certificate(
            signer=_certificate_name(status) or _stated_name(signature),
            signed_at=_signed_at(status.signer_reported_dt, _stated_time(signature)),
            state=_state(status),
            whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )
    except (PdfError, SignatureValidationError, *MALFORMED_ERRORS):
        time = _signed_at(None, _stated_time(signature))
        return Certificate(_stated_name(signature), time, "unreadable", whole_file=False)


def _signed_at(signed: datetime | None, stated: datetime | None) -> str | None:
    """The time of signing as ISO 8601. The signed time has no zone but UTC (CMS, RFC 5652); the
    zone of the stated time (/M) tells the signer's own day.
    """
    if signed is None or stated is None:
        time = signed or stated
        return time.isoformat() if time else None
    if signed.tzinfo is None or stated.tzinfo is None:
        return signed.isoformat()
    return signed.astimezone(stated.tzinfo).isoformat()


def _stated_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The time that the signature itself states (/M), or None."""
    from pyhanko.pdf_utils.generic import parse_pdf_date  # noqa: PLC0415
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415

    try:
        return parse_pdf_date(signature.sig_object["/M"], strict=False)
    except (PdfError, *MALFORMED_ERRORS):
        return None


def has_certificate(path: Path) -> bool:
    """Whether a file holds a certificate that can be loaded, PEM or DER."""
    return next(_loaded_roots([path]), None) is not None


def _loaded_roots(roots: Sequence[Path]) -> Iterator[Any]:
    """The certificates in the given files. A file that cannot be loaded is skipped."""
    from pyhanko.keys import load_certs_from_pemder  # noqa: PLC0415

    for root in roots:
        with suppress(*MALFORMED_ERRORS):
            yield from load_certs_from_pemder([str(root)])  # type: ignore[no-untyped-call]


def _state(status: PdfSignatureStatus) -> CertificateState:
    """The state of a signature that could be read."""
    if not (status.intact and status.valid):
        return "altered"
    return "valid" if status.trusted else "unverified"


def _certificate_name(status: PdfSignatureStatus) -> str | None:
    """The common name in the signer's certificate, or None."""
    subject = status.signing_cert.subject.native
    name = subject.get("common_name")
    return valid_text(str(name)) if name else None


def _stated_name(signature: EmbeddedPdfSignature) -> str | None:
    """The signer's name as the signature itself states it (/Name), or None."""
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415

    try:
        name = signature.sig_object.get("/Name")
        return valid_text(str(name)) if name else None
    except (PdfError, *MALFORMED_ERRORS):
        return None
