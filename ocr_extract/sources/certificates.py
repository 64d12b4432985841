"""Cryptographic signatures: whose, when, over how much of the file, and whether they hold.

pyHanko validates, without network: a root that is not known here leaves a signature
"unverified", and that is said. A signature field without contents is no signature.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ocr_extract.sources.valid_text import valid_text

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus

CertificateState = Literal["valid", "unverified", "altered", "unreadable"]
MARK = b"/ByteRange"
"""Every signature value names the bytes it covers, outside of compressed streams."""
MAX_SIGNATURES = 10
MALFORMED = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError,
    NotImplementedError, AssertionError, ArithmeticError, NameError, struct.error, zlib.error,
)  # fmt: skip
"""What pyHanko and asn1crypto raise on structures that are none; found by fuzzing."""


@dataclass(frozen=True)
class Certificate:
    """One signature: its signer as the certificate names them, and the time they state.

    `state`: valid (signer verified to a known root), unverified (unchanged, but the
    signer's root is not known here), altered (signed bytes were changed), unreadable.
    `whole_file`: nothing was added to the file after it.
    """

    signer: str | None
    signed_at: str | None
    state: CertificateState
    whole_file: bool


def read_certificates(content: bytes, roots: Sequence[Path] = ()) -> tuple[Certificate, ...]:
    """All filled signatures of a PDF, oldest first; () at once for nearly all files.

    `roots` are trusted beside the system's own; one that cannot be loaded is as if it
    were not given.
    """
    if MARK not in content:
        return ()
    with _quiet():
        return tuple(_certificates(content, roots))


@contextmanager
def _quiet() -> Iterator[None]:
    """PyHanko logs tracebacks of what it also returns."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            # Deprecations inside pyHanko and cryptography are theirs to settle.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _certificates(content: bytes, roots: Sequence[Path]) -> Iterator[Certificate]:
    # pyHanko takes half a second to import, and few files need it.
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        signatures = list(reader.embedded_regular_signatures)[:MAX_SIGNATURES]
    except (PdfError, *MALFORMED):
        yield Certificate(None, None, "unreadable", whole_file=False)
        return
    for signature in signatures:
        yield _validated(signature, roots)


def _validated(signature: EmbeddedPdfSignature, roots: Sequence[Path]) -> Certificate:
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    try:
        context = ValidationContext(extra_trust_roots=list(_loaded(roots)), allow_fetching=False)
        status = validate_pdf_signature(signature, context, skip_diff=False)
        time = status.signer_reported_dt
        return Certificate(
            signer=_name(status) or _stated_name(signature),
            signed_at=time.isoformat() if time else None,
            state=_state(status),
            whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )
    except (PdfError, SignatureValidationError, *MALFORMED):
        return Certificate(_stated_name(signature), None, "unreadable", whole_file=False)


def _loaded(roots: Sequence[Path]) -> Iterator[Any]:
    from pyhanko.keys import load_certs_from_pemder  # noqa: PLC0415

    for root in roots:
        with suppress(*MALFORMED):
            yield from load_certs_from_pemder([str(root)])  # type: ignore[no-untyped-call]


def _state(status: PdfSignatureStatus) -> CertificateState:
    if not (status.intact and status.valid):
        return "altered"
    return "valid" if status.trusted else "unverified"


def _name(status: PdfSignatureStatus) -> str | None:
    """The common name of the signer's certificate."""
    subject = status.signing_cert.subject.native
    name = subject.get("common_name")
    return valid_text(str(name)) if name else None


def _stated_name(signature: EmbeddedPdfSignature) -> str | None:
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415

    try:
        name = signature.sig_object.get("/Name")
        return valid_text(str(name)) if name else None
    except (PdfError, *MALFORMED):
        return None
