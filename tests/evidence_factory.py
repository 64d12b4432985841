"""PDFs whose signer's entries are objects of one kind, as PDF viewers and apps make them."""

from __future__ import annotations

import datetime as dt
import io
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from synthetic.typeset import Entry, Filling, typeset
from tests.factory import FILLED, pages_of

UNDATED = replace(FILLED, date=None)
UNSIGNED = replace(FILLED, scrawl=None)
DATE_BOX = (212, 341, 290, 353)
SIGN_BOX = (215, 355, 300, 369)
"""Boxes for date and signature on page 2: x0, y0, x1, y1 in points from the bottom left."""


def made(filling: Filling) -> pikepdf.Pdf:
    """An agreement as a PDF that can be changed."""
    return pikepdf.open(io.BytesIO(typeset(filling, seed=3)))


def saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer)
    pdf.close()
    return buffer.getvalue()


def _helvetica(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
            Encoding=Name.WinAnsiEncoding,
        )
    )  # fmt: skip


def _appearance(pdf: pikepdf.Pdf, text: str, box: tuple[int, ...]) -> pikepdf.Object:
    width, height = box[2] - box[0], box[3] - box[1]
    stream = pdf.make_stream(f"BT /Helv 10 Tf 0 g 1 3 Td ({text}) Tj ET".encode())
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array([0, 0, width, height])
    stream.Resources = Dictionary(Font=Dictionary(Helv=_helvetica(pdf)))
    return stream


def free_text(
    text: str, *, contents: str | None = None, appearance: bool = True, flags: int = 4
) -> bytes:
    """The date as a FreeText annotation, with or without an appearance stream; `contents` may
    state another text. `flags` are the annotation's.
    """
    pdf = made(UNDATED)
    annotation = Dictionary(
        Type=Name.Annot, Subtype=Name.FreeText, Rect=Array(DATE_BOX), F=flags,
        Contents=text if contents is None else contents, DA="/Helv 10 Tf 0 g",
        T="Mira", M="D:20250725101112+02'00'",
    )  # fmt: skip
    if appearance:
        annotation.AP = Dictionary(N=_appearance(pdf, text, DATE_BOX))
    pdf.pages[1].Annots = pdf.make_indirect(Array([pdf.make_indirect(annotation)]))
    return saved(pdf)


def widget(text: str, *, appearance: bool) -> bytes:
    """The date as a form field's value, with or without an appearance stream."""
    pdf = made(UNDATED)
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="date", V=text, F=4,
        Rect=Array(DATE_BOX), DA="/Helv 10 Tf 0 g",
    )  # fmt: skip
    if appearance:
        field.AP = Dictionary(N=_appearance(pdf, text, DATE_BOX))
    field_object = pdf.make_indirect(field)
    pdf.pages[1].Annots = pdf.make_indirect(Array([field_object]))
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(
            Fields=Array([field_object]), NeedAppearances=not appearance,
            DR=Dictionary(Font=Dictionary(Helv=_helvetica(pdf))), DA="/Helv 10 Tf 0 g",
        )
    )  # fmt: skip
    return saved(pdf)


def ink_annotation(*, appearance: bool = True) -> bytes:
    """The signature as an Ink annotation, with or without its appearance."""
    pdf = made(UNSIGNED)
    width, height = SIGN_BOX[2] - SIGN_BOX[0], SIGN_BOX[3] - SIGN_BOX[1]
    wave = " ".join(f"{x} {2 + (x * 7) % (height - 3)} l" for x in range(4, width, 4))
    stream = pdf.make_stream(f"1 w 1 2 m {wave} S".encode())
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array([0, 0, width, height])
    annotation = Dictionary(
        Type=Name.Annot, Subtype=Name.Ink, Rect=Array(SIGN_BOX), F=4,
        InkList=Array([Array(_wave(width, height))]),
    )  # fmt: skip
    if appearance:
        annotation.AP = Dictionary(N=stream)
    pdf.pages[1].Annots = pdf.make_indirect(Array([pdf.make_indirect(annotation)]))
    return saved(pdf)


def _wave(width: int, height: int) -> list[int]:
    """A scrawl in SIGN_BOX: x and y of each point, from the page's bottom left."""
    points = [(x, 2 + (x * 7) % (height - 3)) for x in range(4, width, 4)]
    return [value for x, y in points for value in (SIGN_BOX[0] + x, SIGN_BOX[1] + y)]


def pasted(paper: int, *, whole_page: bool = False, tiles: int = 1) -> bytes:
    """The signature as an image: on grey paper, as a transparent whole page, or in tiles.

    `paper` is the grey level of the paper, 0..255.
    """
    pdf = made(UNSIGNED)
    box = (0, 0, 612, 792) if whole_page else SIGN_BOX
    picture = _scrawl(box, paper)
    tile_width = picture.width // tiles
    content = []
    resources = pdf.pages[1].Resources
    images = Dictionary()
    for tile in range(tiles):
        crop = picture.crop((tile * tile_width, 0, (tile + 1) * tile_width, picture.height))
        images[f"/Im{tile}"] = _image(pdf, crop, transparent=whole_page)
        width = (box[2] - box[0]) / tiles
        x = box[0] + tile * width
        content.append(f"q {width} 0 0 {box[3] - box[1]} {x} {box[1]} cm /Im{tile} Do Q")
    resources.XObject = images
    pdf.pages[1].contents_add("\n".join(content).encode())
    return saved(pdf)


def _scrawl(box: tuple[int, ...], paper: int) -> Image.Image:
    """A synthetic signature inside SIGN_BOX, at three pixels per point."""
    scale = 3
    image = Image.new("L", ((box[2] - box[0]) * scale, (box[3] - box[1]) * scale), paper)
    left, top = (SIGN_BOX[0] - box[0]) * scale, (box[3] - SIGN_BOX[3]) * scale
    points = [(left + x, top + 20 + 15 * np.sin(x / 9)) for x in range(9, 240, 3)]
    ImageDraw.Draw(image).line(points, fill=0, width=3)
    return image


def _image(pdf: pikepdf.Pdf, picture: Image.Image, *, transparent: bool) -> pikepdf.Object:
    stream = pdf.make_stream(picture.tobytes())
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height = picture.size
    stream.ColorSpace, stream.BitsPerComponent = Name.DeviceGray, 8
    if transparent:
        mask = pdf.make_stream(picture.point(lambda v: 255 - v).tobytes())
        mask.Type, mask.Subtype = Name.XObject, Name.Image
        mask.Width, mask.Height = picture.size
        mask.ColorSpace, mask.BitsPerComponent = Name.DeviceGray, 8
        stream.SMask = mask
    return stream


def hidden_text(shown: str, hidden: str) -> bytes:
    """A handwritten date, with invisible recognized text over it that states another date."""
    pdf = made(replace(FILLED, date=Entry(shown, "pen", size=9.0)))
    resources = pdf.pages[1].Resources
    resources.Font["/Hid"] = _helvetica(pdf)
    pdf.pages[1].contents_add(f"BT 3 Tr /Hid 10 Tf 212 346 Td ({hidden}) Tj ET".encode())
    return saved(pdf)


def mapped_to(first: int, filling: Filling = FILLED) -> bytes:
    """A filled form whose entries' font has a wrong map to Unicode: code n is character `first`
    + n. The page looks as ever.
    """
    pdf = made(filling)
    stream = pdf.make_stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"
        b" 1 begincodespacerange <00> <FF> endcodespacerange"
        b" 1 beginbfrange <00> <FF> <%04X> endbfrange"
        b" endcmap CMapName currentdict /CMap defineresource pop end end" % first
    )
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "DejaVuSans" in str(font.BaseFont):
                font.ToUnicode = stream
    return saved(pdf)


def covered_text(text: str) -> bytes:
    """A typed date under a white box, so that it is not visible."""
    pdf = made(replace(FILLED, date=Entry(text)))
    pdf.pages[1].contents_add(b"q 1 g 205 338 120 20 re f Q")
    return saved(pdf)


def rotated(degrees: int) -> bytes:
    """Pages with a /Rotate entry of that many degrees."""
    pdf = made(FILLED)
    for page in pdf.pages:
        page.Rotate = degrees
    return saved(pdf)


def rearranged(order: tuple[int, ...]) -> bytes:
    """The pages in another order; 0 is a blank page."""
    pdf, source = pikepdf.new(), made(FILLED)
    for number in order:
        if number:
            pdf.pages.append(source.pages[number - 1])
        else:
            pdf.add_blank_page(page_size=(612, 792))
    return saved(pdf)


def bomb(megabytes: int = 1000) -> bytes:
    """A page whose content stream inflates to that many megabytes of spaces."""
    packer, packed = zlib.compressobj(9), bytearray()
    for _ in range(megabytes):
        packed += packer.compress(b" " * 1_000_000)
    packed += packer.flush()
    pdf = made(FILLED)
    stream = pikepdf.Stream(pdf, b"")
    stream.write(bytes(packed), filter=Name.FlateDecode)
    pdf.pages[1].Contents = pdf.make_indirect(stream)
    return saved(pdf)


def layered_scan() -> bytes:
    """A layered scan: a low-resolution grey JPEG of the page, and a sharp 1-bit ink mask."""
    pdf = pikepdf.new()
    for page in pages_of():
        pdf.add_blank_page(page_size=(612, 792))
        height, width = page.shape
        coarse = (
            Image.fromarray(page).resize((width // 6, height // 6)).point(lambda v: 250 + v // 64)
        )
        buffer = io.BytesIO()
        coarse.save(buffer, "JPEG", quality=40)
        back = pdf.make_stream(buffer.getvalue())
        back.Type, back.Subtype, back.Filter = Name.XObject, Name.Image, Name.DCTDecode
        back.Width, back.Height = coarse.size
        back.ColorSpace, back.BitsPerComponent = Name.DeviceGray, 8
        bits = Image.fromarray(page).point(lambda v: 255 if v > 140 else 0).convert("1")
        ink = pdf.make_stream(bits.tobytes())
        ink.Type, ink.Subtype, ink.ImageMask = Name.XObject, Name.Image, True
        ink.Width, ink.Height, ink.BitsPerComponent = width, height, 1
        last = pdf.pages[-1]
        last.Resources = Dictionary(XObject=Dictionary(Back=back, Ink=ink))
        drawn = "q 612 0 0 792 0 0 cm /Back Do Q q 0 g 612 0 0 792 0 0 cm /Ink Do Q"
        last.contents_add(drawn.encode())
    return saved(pdf)


def certified(
    *,
    alter: bool = False,
    root: Path | None = None,
    at: dt.datetime | None = None,
    owner: str | None = None,
) -> bytes:
    """An agreement signed with an untrusted certificate, which is written to `root` if given.

    With `alter` a byte is changed after signing. With `at`, no date stands on the form, and the
    certificate's time is `at`. With an `owner`'s password the file is encrypted, and everybody can
    read it.
    """
    content = typeset(UNSIGNED if at is None else replace(UNSIGNED, date=None), seed=3)
    writer = IncrementalPdfFileWriter(io.BytesIO(_protected(content, owner)))
    if owner is not None:
        writer.encrypt("")
    fields.append_signature_field(
        writer, fields.SigFieldSpec("Signature1", on_page=1, box=SIGN_BOX)
    )
    buffer = io.BytesIO()
    signer = _signer()
    if root is not None:
        root.write_bytes(signer.signing_cert.dump())
    metadata = signers.PdfSignatureMetadata(field_name="Signature1")
    _DatedSigner(metadata, signer, at).sign_pdf(writer, output=buffer)
    signed = bytearray(buffer.getvalue())
    if alter:
        signed[600] ^= 1
    return bytes(signed)


def _protected(content: bytes, owner: str | None) -> bytes:
    """The file, encrypted with the empty user password when there is an owner's password."""
    if owner is None:
        return content
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user="", owner=owner))
    return buffer.getvalue()


class _DatedSigner(signers.PdfSigner):
    """Signs at a given time, else now."""

    def __init__(
        self,
        metadata: signers.PdfSignatureMetadata,
        signer: signers.SimpleSigner,
        at: dt.datetime | None,
    ) -> None:
        super().__init__(metadata, signer=signer)
        self._at = at

    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self._at or session.system_time
        return session


def unsigned_field() -> bytes:
    """An agreement with an empty signature field."""
    writer = IncrementalPdfFileWriter(io.BytesIO(typeset(UNSIGNED, seed=3)))
    fields.append_signature_field(
        writer, fields.SigFieldSpec("Signature1", on_page=1, box=SIGN_BOX)
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _signer() -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mira Feldmann")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    packed = serialization.pkcs12.serialize_key_and_certificates(
        b"signer", key, certificate, None, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(packed, [], None)
    assert signer is not None
    return signer
