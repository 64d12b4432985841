"""Certificates of signed PDFs: whose they are, whether they hold, and what is only malformed."""

import io
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from ocr_extract.sources import certificates
from ocr_extract.sources.certificates import SIGNATURE_MARKER, Certificate, read_certificates
from tests.evidence_factory import _signer, certified, unsigned_field
from tests.factory import Factory

UNREADABLE = Certificate(None, None, "unreadable", whole_file=False)


def _signed_again(content: bytes, stated_name: str) -> bytes:
    """The file with a second signature, which states that name beside its certificate."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    fields.append_signature_field(writer, fields.SigFieldSpec("Second", on_page=0))
    metadata = signers.PdfSignatureMetadata(field_name="Second", name=stated_name)
    signed: bytes = signers.PdfSigner(metadata, signer=_signer()).sign_pdf(writer).getvalue()
    return signed


def _with_unknown_digest(content: bytes) -> bytes:
    """The file, whose last signature is of a digest that does not exist."""
    start = content.rindex(b"/Contents <")
    sha256 = b"608648016503040201"
    assert sha256 in content[start:]
    return content[:start] + content[start:].replace(sha256, b"608648016503040299")


def test_root_decides_between_valid_and_unverified(factory: Factory) -> None:
    root = factory.folder / "root.der"
    content = certified(root=root)
    (unverified,) = read_certificates(content)
    (valid,) = read_certificates(content, [root])
    assert (unverified.signer, unverified.state) == ("Mira Feldmann", "unverified")
    assert (valid.signer, valid.state, valid.whole_file) == ("Mira Feldmann", "valid", True)
    assert valid.signed_at is not None
    assert datetime.fromisoformat(valid.signed_at).tzinfo is not None


def test_time_is_in_the_signer_s_own_zone() -> None:
    zone = timezone(timedelta(hours=-9, minutes=-30))
    time = datetime(2025, 7, 25, 23, 59, tzinfo=zone)
    (certificate,) = read_certificates(certified(at=time))
    assert certificate.signed_at == "2025-07-25T23:59:00-09:30"
    (unreadable,) = read_certificates(_with_unknown_digest(certified(at=time)))
    assert (unreadable.state, unreadable.signed_at) == ("unreadable", certificate.signed_at)


def test_root_of_another_signer_verifies_nothing(factory: Factory) -> None:
    certified(root=factory.folder / "other.der")
    (certificate,) = read_certificates(certified(), [factory.folder / "other.der"])
    assert certificate.state == "unverified"


def test_root_that_cannot_be_loaded_is_ignored(factory: Factory) -> None:
    root: Path = factory.folder / "root.der"
    content = certified(root=root)
    bad = [factory.text("text.pem", "no certificate"), factory.folder / "none", factory.folder]
    (certificate,) = read_certificates(content, [*bad, root])
    assert certificate.state == "valid"


def test_changed_byte_is_altered_also_with_a_known_root(factory: Factory) -> None:
    root = factory.folder / "root.der"
    content = certified(root=root, alter=True)
    (certificate,) = read_certificates(content, [root])
    assert (certificate.signer, certificate.state) == ("Mira Feldmann", "altered")


def test_added_bytes_leave_the_state_and_are_not_the_whole_file() -> None:
    (certificate,) = read_certificates(certified() + b"\n% more\n")
    assert (certificate.state, certificate.whole_file) == ("unverified", False)


def test_signatures_are_given_oldest_first_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = _signed_again(certified(), "Jonas Okafor")
    assert [c.whole_file for c in read_certificates(content)] == [False, True]
    monkeypatch.setattr(certificates, "MAX_SIGNATURES", 1)
    assert [c.whole_file for c in read_certificates(content)] == [False]


def test_stated_name_is_used_only_without_a_readable_certificate() -> None:
    content = _signed_again(certified(), "Jonas Okafor")
    first, second = read_certificates(content)
    assert (first.signer, second.signer) == ("Mira Feldmann", "Mira Feldmann")
    first, second = read_certificates(_with_unknown_digest(content))
    assert (first.signer, first.state) == ("Mira Feldmann", "unverified")
    assert (second.signer, second.state) == ("Jonas Okafor", "unreadable")


def test_certificate_of_a_file_with_an_empty_password_is_read() -> None:
    (certificate,) = read_certificates(certified(owner="secret"))
    assert (certificate.signer, certificate.state) == ("Mira Feldmann", "unverified")
    assert certificate.signed_at is not None


def test_file_without_a_filled_signature_has_no_certificate(factory: Factory) -> None:
    assert read_certificates(factory.agreement().read_bytes()) == ()
    assert read_certificates(unsigned_field()) == ()
    assert read_certificates(unsigned_field() + SIGNATURE_MARKER) == ()


def test_file_that_cannot_be_parsed_has_one_unreadable_certificate() -> None:
    assert read_certificates(b"%PDF-1.5 " + SIGNATURE_MARKER) == (UNREADABLE,)
    assert read_certificates(SIGNATURE_MARKER) == (UNREADABLE,)


def test_log_levels_of_other_programs_are_put_back() -> None:
    logger = logging.getLogger("pyhanko")
    before = logger.level
    logger.setLevel(logging.INFO)
    try:
        read_certificates(SIGNATURE_MARKER)
        assert logger.level == logging.INFO
    finally:
        logger.setLevel(before)
