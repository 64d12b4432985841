from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.received.limits import Budget, Limits
from ocr_extract.received.mail import attachments, letter_of
from tests.factory import Factory
from tests.received.received_factory import (
    SENDER,
    mail_of,
    mbox_of,
    picture,
    unpacked,
    zip_of,
)


def _found(mail: EmailMessage | bytes, limits: Limits | None = None) -> list[tuple[str, str]]:
    """The names of attachments, each with its damage, or why it is left out."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    found = attachments(content, Budget(limits or Limits()))
    return [(f.name, f.left_out or (f.damage.kind if f.damage else "")) for f in found]


def test_attachments_have_their_sender(factory: Factory) -> None:
    mail = mail_of({"smith25.pdf": b"x"}, subject="Agreement für 17")
    (arrival,) = unpacked(factory.file("a.eml", mail.as_bytes()))
    assert (arrival.name, arrival.sender) == ("smith25.pdf", SENDER)
    assert (arrival.sent, arrival.subject) == ("2025-05-12T10:00:00+02:00", "Agreement für 17")
    assert arrival.message_id == "<1@example.org>"


def test_every_mail_of_a_mailbox_is_opened(factory: Factory) -> None:
    mails = [mail_of({f"{i}.pdf": b"x"}, f"a{i}@example.org") for i in range(3)]
    mails[1].get_payload(0).set_content("quoted:\nFrom the start to the end at 10:00\n")  # type: ignore[union-attr]
    arrived = unpacked(factory.file("Inbox", mbox_of(*mails)))
    assert [a.name for a in arrived] == ["mail 1/0.pdf", "mail 2/1.pdf", "mail 3/2.pdf"]
    assert [a.sender for a in arrived] == [f"a{i}@example.org" for i in range(3)]


def test_a_forwarded_mail_has_the_sender_of_the_inner_one() -> None:
    outer = mail_of({}, "editor@example.org")
    outer.add_attachment(mail_of({"a.pdf": b"x"}))
    found = list(attachments(outer.as_bytes(), Budget(Limits())))
    assert [(f.name, f.letter.sender) for f in found] == [("a.pdf", SENDER)]


def test_archives_in_mails_and_mails_in_archives_are_opened(factory: Factory) -> None:
    inner = mail_of(
        {"z.zip": zip_of({"a.pdf": b"x"}), "m.eml": mail_of({"b.pdf": b"y"}).as_bytes()}
    )
    arrived = unpacked(factory.file("a.zip", zip_of({"box.eml": inner.as_bytes()})))
    assert [a.name for a in arrived] == ["box.eml/z.zip/a.pdf", "box.eml/m.eml/b.pdf"]
    assert {a.sender for a in arrived} == {SENDER}


def test_mail_without_attachment_is_said(factory: Factory) -> None:
    (arrival,) = unpacked(factory.file("a.eml", mail_of({}).as_bytes()))
    assert arrival.left_out == "the mail has no attachment"
    assert arrival.sender == SENDER


def test_logos_are_left_out_and_photos_of_pages_are_not() -> None:
    mail = mail_of({})
    for name, size, disposition in (
        ("logo.png", (300, 80), "inline"), ("page.png", (1700, 2200), "inline"),
        ("small.png", (300, 80), "attachment"),
    ):  # fmt: skip
        mail.add_attachment(
            picture(*size), "image", "png", filename=name, disposition=disposition
        )  # fmt: skip
    logo, page, small = _found(mail)
    assert logo == ("logo.png", "a small picture in the mail's text")
    assert (page, small) == (("page.png", ""), ("small.png", ""))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="=?utf-8?Q?m=C3=BCller=2Epdf?="', "müller.pdf"),
        ("attachment; filename*=utf-8''m%C3%BCller.pdf", "müller.pdf"),
        ("attachment; filename*0=\"mue\"; filename*1=\"ller.pdf\"", "mueller.pdf"),
        ("attachment; filename*=nonsense''m%C3%BCller.pdf", None),
        ("attachment", "attachment-1.pdf"),
        ('attachment; filename="../../a.pdf"', "../../a.pdf"),
    ],
)  # fmt: skip
def test_names_are_read_however_they_are_encoded(header: str, name: str | None) -> None:
    mail = (
        f"From: a@example.org\nContent-Type: application/pdf\nContent-Disposition: {header}\n"
        "Content-Transfer-Encoding: base64\n\neA==\n"
    )
    ((found, trouble),) = _found(mail.encode())
    assert trouble == ""
    assert name is None or found == name


def test_closed_mails_say_what_to_do() -> None:
    mail = b"From: a@example.org\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nMIIB"
    assert _found(mail) == [("smime.p7m", "encrypted")]


def test_signatures_and_calendars_are_left_out() -> None:
    names = ("smime.p7s", "invite.ics", "card.vcf", "ATT00001.txt", "a.pdf", "winmail.dat")
    found = dict(_found(mail_of(dict.fromkeys(names, b"x"))))
    assert [name for name, why in found.items() if not why] == ["a.pdf", "winmail.dat"]


def test_headers_cannot_smuggle_anything() -> None:
    mail = message_from_bytes(
        b"From: =?utf-8?Q?a=0D=0ABcc=3A_x?= <a@example.org>\nSubject: =?utf-8?Q?=E2=80=AEx=1B[0m?="
        b"\nDate: never\nMessage-ID: " + b"<" + b"x" * 10_000 + b">\n\n"
    )
    letter = letter_of(mail)
    for text in (letter.sender, letter.subject, letter.sent, letter.message_id):
        assert text.isprintable()
        assert len(text) <= 1_010
    assert letter.sent == ""


def test_limits_of_parts_and_depth() -> None:
    many = mail_of({f"{i}.pdf": b"x" for i in range(30)})
    assert len(_found(many)) == 30
    inner = mail_of({"a.pdf": b"x"})
    for _ in range(8):
        outer = mail_of({})
        outer.add_attachment(inner)
        inner = outer
    assert _found(inner) == [("mail", "nested")]
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (i, i) for i in range(2_000)
    )
    assert _found(b"From: a@example.org\n" + deep) == [("mail", "too_large")]


def test_mails_that_take_long_are_not_taken_apart() -> None:
    head = b"From: a@example.org\n"
    part = b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n'
    slow = head + b"".join(part % (i, i) for i in range(90)) + b"\n" * 1_200_000
    for mail in (slow, head + b"\n" * 4_100_000):
        assert _found(mail) == [("mail", "too_large")]
    assert _found(head + b"x" * 2_000, Limits(member_bytes=1_000)) == [("mail", "too_large")]


def test_garbage_is_an_attachment_without_content(factory: Factory) -> None:
    mail = (
        b"From: a@example.org\nDate: x\nContent-Type: application/pdf; name=a.pdf\n"
        b"Content-Transfer-Encoding: base64\n\n\xff\xfe!!!!"
    )
    (arrival,) = unpacked(factory.file("a.eml", mail))
    assert Path(arrival.path).name == "a.pdf"


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail(content: bytes) -> None:
    list(attachments(b"From: a@example.org\n" + content, Budget(Limits())))


@settings(max_examples=100)
@given(st.text(max_size=100), st.text(max_size=60))
def test_any_header_is_a_letter(header: str, name: str) -> None:
    raw = "".join(f"{field}: {header}\n" for field in ("From", "Subject", "Date"))
    raw += f"Content-Type: application/pdf; name={name}\n"
    for found in attachments(raw.encode(errors="replace") + b"\nx", Budget(Limits())):
        assert found.letter.sender.isprintable()
