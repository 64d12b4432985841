"""Hundreds of mutated signatures: each certificate is read, or is called unreadable.

Files and mutations are the same in every run, because the key is made from fixed numbers and RSA
signatures are deterministic. OCR_EXTRACT_FUZZ is the number of mutations (default 400; 30,000 in
`make fuzz`).
"""

import asyncio
import datetime as dt
import hashlib
import io
import os
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pikepdf import Array, Dictionary, Name
from pyhanko.sign import signers, timestamps

from ocr_extract.sources.certificates import Certificate, read_certificates
from tests.fuzz_harness import Seed, cut, failures, flipped, mutated, overwritten, spliced

MUTATIONS = int(os.environ.get("OCR_EXTRACT_FUZZ", "400"))
BATCHES = 8
"""Number of tests that share the mutations (chosen)."""
RESERVED = 4000
"""Bytes reserved for the signature (chosen)."""
MADE = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
"""Time of the certificate and of the time stamps."""
PLACEHOLDER = "9" * 10
"""Number in /ByteRange that is replaced when the true numbers are known."""


def _prime(rng: random.Random, exponent: int) -> int:
    """A prime of 512 bits by Fermat's test, which is enough for a test key."""
    while True:
        number = rng.getrandbits(510) | 3 << 510 | 1
        if pow(2, number - 1, number) == 1 and (number - 1) % exponent:
            return number


@cache
def _signer() -> signers.SimpleSigner:
    rng, e = random.Random(7), 65537  # noqa: S311
    p, q = _prime(rng, e), _prime(rng, e)
    d = pow(e, -1, (p - 1) * (q - 1))
    key = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q)
    ).private_key()
    packed = serialization.pkcs12.serialize_key_and_certificates(
        b"signer", key, _certificate(key), None, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(packed, [], None)
    assert signer is not None
    return signer


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Mira Feldmann"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "mira@example.org"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    address = x509.UniformResourceIdentifier("http://127.0.0.1:9/list")
    point = x509.DistributionPoint([address], None, None, None)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MADE)
        .not_valid_after(MADE + dt.timedelta(days=36500))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("m@example.org")]), False)
        .sign(key, hashes.SHA256())
    )


def _unsigned(*, pades: bool, locked: bool) -> bytes:
    """One page with a signature field; its signature is still empty."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    value = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), M="D:20250725101112+02'00'",
        SubFilter=Name("/ETSI.CAdES.detached" if pades else "/adbe.pkcs7.detached"),
        ByteRange=Array([0, *[int(PLACEHOLDER)] * 3]), Contents=pikepdf.String(bytes(RESERVED)),
        Name="Mira Feldmann", Reason="I agree",
    )  # fmt: skip
    signature = pdf.make_indirect(value)
    if locked:
        rules = Dictionary(Type=Name.TransformParams, P=2, V=Name("/1.2"))
        signature.Reference = Array(
            [Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=rules)]
        )
        pdf.Root.Perms = Dictionary(DocMDP=signature)
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature1", V=signature, F=132,
        Rect=Array([10, 10, 60, 30]), P=pdf.pages[0].obj,
    )  # fmt: skip
    widget = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([widget])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([widget]), SigFlags=3))
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return buffer.getvalue()


class FixedTimeStamper(timestamps.DummyTimeStamper):
    """pyHanko's time stamper for tests, with the same serial number in every stamp."""

    def _build_tst_info(self, *arguments: Any) -> Any:
        stamp = super()._build_tst_info(*arguments)
        stamp["serial_number"] = 1
        return stamp


def _time_stamper() -> FixedTimeStamper:
    signer = _signer()
    return FixedTimeStamper(
        signer.signing_cert, signer.signing_key, fixed_dt=MADE, include_nonce=False
    )


def _signed(
    *, pades: bool = False, locked: bool = False, stamper: FixedTimeStamper | None = None
) -> bytes:
    content = _unsigned(pades=pades, locked=locked)
    start, end = _hexadecimal(content)
    for number in (start - 1, end + 1, len(content) - end - 1):
        content = content.replace(
            PLACEHOLDER.encode(), str(number).rjust(len(PLACEHOLDER)).encode(), 1
        )
    digest = hashlib.sha256(content[: start - 1] + content[end + 1 :]).digest()
    signing = _signer().async_sign(digest, "sha256", use_pades=pades, timestamper=stamper)
    der = asyncio.run(signing).dump()
    return content[:start] + der.hex().ljust(end - start, "0").encode() + content[end:]


def _hexadecimal(content: bytes) -> tuple[int, int]:
    """Start and end of the digits of /Contents."""
    start = content.index(b"/Contents <") + len(b"/Contents <")
    return start, content.index(b">", start)


def _updated(content: bytes) -> bytes:
    """The signed file with an appended update: other document information."""
    last = content.rindex(b"startxref")
    table = int(content[last:].split()[1])
    number = int(content[content.rindex(b"/Size") :].split()[1])
    root = content[content.rindex(b"/Root") :].split()[1].decode()
    at = len(content)
    added = f"{number} 0 obj\n<< /Title (changed) >>\nendobj\n"
    trailer = (
        f"xref\n{number} 1\n{at:010d} 00000 n \ntrailer\n<< /Size {number + 1} /Root {root} 0 R"
        f" /Info {number} 0 R /Prev {table} >>\nstartxref\n{at + len(added)}\n%%EOF\n"
    )
    return content + (added + trailer).encode()


@cache
def _seeds() -> tuple[Seed, ...]:
    plain, locked = _signed(), _signed(locked=True)
    stamped = _signed(pades=True, stamper=_time_stamper())
    return (plain, _signed(pades=True), locked, stamped, _updated(plain), _updated(locked))


@dataclass
class Node:
    """A value of DER: its tag, and its bytes or its parts."""

    tag: int
    body: bytes
    parts: "list[Node]"

    def encoded(self) -> bytes:
        body = b"".join(part.encoded() for part in self.parts) if self.parts else self.body
        size = len(body)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        return bytes([self.tag]) + length + body

    def everything(self) -> "list[Node]":
        return [self, *(node for part in self.parts for node in part.everything())]


def _parsed(der: bytes) -> list[Node]:
    nodes = []
    while der:
        tag, size, head = der[0], der[1], 2
        if size > 128:
            head += size - 128
            size = int.from_bytes(der[2:head], "big")
        body = der[head : head + size]
        nodes.append(Node(tag, body, _parsed(body) if tag & 0x20 else []))
        der = der[head + size :]
    return nodes


def _changed_node(node: Node, others: list[Node], rng: random.Random) -> None:
    other = rng.choice(others)
    match rng.randrange(6):
        case 0:
            node.tag = rng.choice((other.tag, rng.randrange(256)))
        case 1:
            node.body, node.parts = rng.choice((flipped, overwritten))(node.body or b"\0", rng), []
        case 2:
            node.body, node.parts = other.encoded(), []
        case 3:
            node.body, node.parts = rng.randbytes(rng.randrange(12)), []
        case 4:
            rng.shuffle(node.parts)
            node.parts = node.parts[: rng.randrange(len(node.parts) + 1)]
        case _:
            node.parts = node.parts * 2


def _regrown(der: bytes, rng: random.Random) -> bytes:
    """Exchanges, empties, doubles and renames values of the signature; the lengths stay right."""
    root = _parsed(der[: 4 + int.from_bytes(der[2:4], "big")])[0]
    nodes = root.everything()
    for _ in range(rng.choice((1, 1, 2, 4))):
        _changed_node(rng.choice(nodes), nodes, rng)
        if len(root.encoded()) > RESERVED:
            break
    return root.encoded()


def _in_the_signature(content: bytes, rng: random.Random) -> bytes:
    """Changes bytes of the signature itself, in place."""
    start, end = _hexadecimal(content)
    der = bytes.fromhex(content[start:end].decode())
    mutation = rng.choice((flipped, overwritten, cut, spliced, *[_regrown] * 6))
    changed = mutation(der, rng)[: (end - start) // 2].hex().ljust(end - start, "0")
    return content[:start] + changed.encode() + content[end:]


def _around_the_signature(content: bytes, rng: random.Random) -> bytes:
    """Changes anything except the signature: its dictionary, the field, the tables, the trailer."""
    start, end = _hexadecimal(content)
    before, after = content[:start], content[end:]
    mutation = rng.choice((flipped, overwritten, _renumbered, _renamed))
    if rng.random() < 0.5:
        return mutation(before, rng) + content[start:end] + after
    return before + content[start:end] + mutation(after, rng)


def _renumbered(content: bytes, rng: random.Random) -> bytes:
    """Replaces some digits by other digits or by minus signs."""
    digits = [i for i, byte in enumerate(content) if 48 <= byte <= 57]
    changed = bytearray(content)
    for index in rng.sample(digits, min(rng.choice((1, 2, 20)), len(digits))):
        changed[index] = rng.choice(b"0123456789-")
    return bytes(changed)


def _renamed(content: bytes, rng: random.Random) -> bytes:
    """Inserts a value of another type after one name."""
    names = [i for i, byte in enumerate(content) if byte == 47]
    if not names:
        return flipped(content, rng)
    at = rng.choice(names)
    key = content[at:].split(maxsplit=1)[0]
    value = rng.choice((b"null", b"[ ]", b"<< >>", b"(x)", b"-1", b"/X", b"1 0 R", b"99 0 R"))
    return content[: at + len(key)] + b" " + value + b" " + content[at + len(key) :]


KINDS = (*[_in_the_signature] * 3, *[_around_the_signature] * 3, cut, spliced)


def test_unchanged_signatures_are_read() -> None:
    *whole, updated, updated_locked = (read_certificates(seed) for seed in _seeds())
    for (certificate,) in whole:
        assert certificate.signer == "Mira Feldmann"
        assert certificate.state == "unverified"
        assert certificate.whole_file
    assert not any(certificate.whole_file for (certificate,) in (updated, updated_locked))


def test_signed_files_are_the_same_every_time() -> None:
    assert _signed(stamper=_time_stamper()) == _signed(stamper=_time_stamper())


def _read(number: int) -> tuple[Certificate, ...]:
    return read_certificates(mutated(_seeds(), KINDS, number))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_signature_is_read_or_unreadable(batch: int) -> None:
    count = MUTATIONS // BATCHES
    report = failures(_read, range(batch * count, (batch + 1) * count))
    assert not report, f"\n{report}"
