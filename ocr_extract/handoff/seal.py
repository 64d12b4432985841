"""Seals the certificate: signs the PDF with a certificate of the editor's (PKCS #12)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_extract.errors import UsageError
from ocr_extract.messages.secrets import secret_of
from ocr_extract.sources.certificates import silenced_pyhanko

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

PASSPHRASE = "OCR_EXTRACT_SEAL_PASSPHRASE"  # noqa: S105  the variable's name
"""The environment variable that holds the passphrase."""
FIELD = "Seal"
"""Name of the signature field in the certificate."""
MAX_P12_BYTES = 1_000_000
"""Largest file with a key, in bytes (chosen; a chain of certificates has some thousand)."""
ADVICE = f"Set {PASSPHRASE}, or give --passphrase-command 'COMMAND'."
"""How the passphrase is given."""


def passphrase_of(command: str | None) -> bytes | None:
    """The passphrase: what a command prints, or else the environment's; None without one. Raises
    BadMessage when the command fails.
    """
    secret = secret_of(command, PASSPHRASE)
    return None if secret is None else secret.encode()


def load_signer(path: Path, passphrase: bytes | None) -> SimpleSigner:
    """The key and the certificates of a PKCS #12 file. Raises UsageError when it cannot be read,
    when the passphrase is wrong, or when it is not made for signing documents.
    """
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415  slow

    try:
        with path.open("rb") as file:
            content = file.read(MAX_P12_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"Cannot read {path}: {error.strerror}.", "Give --seal CERT.p12."
        ) from error
    unusable = UsageError(
        f"{path} is no PKCS #12 file with a key, or the passphrase is wrong.", ADVICE
    )
    try:
        with silenced_pyhanko():
            signer: SimpleSigner | None = SimpleSigner.load_pkcs12_data(content, [], passphrase)
    except ValueError as error:
        raise unusable from error
    if signer is None or len(content) > MAX_P12_BYTES:
        raise unusable
    usage = signer.signing_cert.key_usage_value if signer.signing_cert else None
    if usage is not None and "non_repudiation" not in usage.native:
        message = f"The certificate in {path} is not made for signing documents."
        advice = "Use one with the key usage “non-repudiation” (content commitment)."
        raise UsageError(message, advice)
    return signer


def sealed(content: bytes, signer: SimpleSigner) -> bytes:
    """The PDF with a signature that allows no later change. The page looks as before."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign.fields import MDPPerm  # noqa: PLC0415
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner  # noqa: PLC0415

    metadata = PdfSignatureMetadata(
        field_name=FIELD, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    buffer = io.BytesIO()
    with silenced_pyhanko():
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        PdfSigner(metadata, signer).sign_pdf(writer, output=buffer)
    return buffer.getvalue()
