"""Preparing: who is asked for what, drafts, rounds, and texts that want to do harm."""

import shlex
import stat
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.errors import BadMessage, UnsafeOutput, UsageError
from ocr_extract.messages.addresses import is_address, read_addresses
from ocr_extract.messages.drafts import draft_name, remove_drafts, write_drafts
from ocr_extract.messages.eml import Attachment, Envelope, Letter, encoded, safe_name, to_send
from ocr_extract.messages.flagged import flagged
from ocr_extract.messages.outbox import (
    AuthorOptions,
    Prepared,
    prepare_authors,
    prepare_editors,
    withdraw_outdated,
)
from ocr_extract.messages.rounds import require_pause
from ocr_extract.messages.templates import NAMES, Templates, write_templates
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.ledger.messages import Change
from ocr_extract.volume.roster.roster import Paper, Roster
from synthetic.typeset import Filling, typeset
from tests.factory import Factory
from tests.messages.conftest import ADDRESSES, ROSTER, SENDER, prepare
from tests.volume.test_decided import run, write

HOSTILE = [
    "x\r\nBcc: victim@example.org", "x\nBcc: victim@example.org", "\0", "a\u202egpj.exe",
    "A" * 10_000, '=HYPERLINK("http://evil")', "<script>alert(1)</script>", "../../etc/passwd",
    "\x1b[31mred", "{{ 7 * 7 }}", "ü" * 200, "=?utf-8?q?=0D=0ABcc:?=", "\u2028Bcc: x@y.org",
]  # fmt: skip


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _text(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_authors_are_asked_for_what_is_missing(ledger: Ledger) -> None:
    prepared = prepare(ledger)
    assert [(m.paper, m.asked.split()[0]) for m in prepared.new] == [
        ("garcia25", "undated"), ("tanaka25", "missing"),
    ]  # fmt: skip
    assert prepared.without_address == ("zhao25",)
    again = prepare(ledger)
    assert (again.new, len(again.known)) == ((), 2)


def test_a_waiting_message_that_says_something_else_is_prepared_anew(ledger: Ledger) -> None:
    prepare(ledger)
    ledger.messages.change(ledger.messages.of(2), Change("sent"))
    prepared = prepare(ledger, garcia25="new@example.org", tanaka25="new@example.org")
    assert [(m.paper, m.recipient) for m in prepared.new] == [("garcia25", "new@example.org")]
    assert [m.number for m in prepared.withdrawn] == [1]
    assert [m.number for m in prepared.known] == [2]


def test_drafts_are_private_and_go_when_the_message_is_sent(
    ledger: Ledger, factory: Factory
) -> None:
    prepare(ledger)
    drafts = write_drafts(ledger, factory.folder)
    assert [draft.name for draft in drafts] == [
        "0001-round1-garcia25.eml", "0002-round1-tanaka25.eml",
    ]  # fmt: skip
    for draft in drafts:
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        assert _parsed(draft.read_bytes())["X-Unsent"] == "1"
    assert write_drafts(ledger, factory.folder) == ()
    ledger.messages.change(ledger.messages.of(1), Change("sent", "by hand"))
    write_drafts(ledger, factory.folder)
    assert remove_drafts(factory.folder) == drafts[1:]


def test_a_reminder_knows_the_round_before(ledger: Ledger, factory: Factory) -> None:
    prepare(ledger)
    assert prepare(ledger, remind=True).new == ()  # the first round was not sent yet
    for message in ledger.messages.all():
        ledger.messages.change(message, Change("sent"))
    files = [write(factory, "feldmann25.txt", 0), write(factory, "garcia25.txt", 1)]
    files.append(write(factory, "tanaka25.txt", 2, date=""))
    run(ledger, files, roster=ROSTER)
    known = prepare(ledger)
    assert (known.new, known.changed) == ((), ("tanaka25",))
    (reminder,) = prepare(ledger, remind=True).new
    assert (reminder.paper, reminder.round) == ("tanaka25", 2)
    text = _text(_parsed(ledger.messages.content(reminder.number)), "plain")
    assert "thank you for the file" in text
    assert reminder.subject.startswith("Reminder:")


def test_a_message_that_nobody_needs_any_more_is_withdrawn(
    ledger: Ledger, factory: Factory
) -> None:
    prepare(ledger)
    files = [write(factory, f"{name}25.txt", n) for n, name in enumerate(("feldmann", "garcia"))]
    run(ledger, files, roster=ROSTER)
    assert [m.paper for m in withdraw_outdated(ledger)] == ["garcia25"]
    assert prepare(ledger).withdrawn == ()


def test_editors_get_pictures_candidates_and_the_table(ledger: Ledger, factory: Factory) -> None:
    slip = write(factory, "feldmann25.txt", 0, "27 May 2015")
    scan = factory.file("garcia25.pdf", typeset(Filling(None, None, None, None, None), seed=1))
    run(ledger, [slip, scan], roster=ROSTER)
    prepare(ledger)
    ledger.messages.change(ledger.messages.all()[-1], Change("sent"))
    address = "eds@example.org"
    editors = (address, SENDER, Templates(), "ocr-extract review --out out", ADDRESSES)
    (new,) = prepare_editors(ledger, factory.folder, *editors).new
    message = _parsed(ledger.messages.content(new.number))
    text, html = _text(message, "plain"), _text(message, "html")
    assert "2025-05-27" in text
    assert "asked on" in text
    assert "zhao25" in text
    table = next(part for part in message.iter_attachments())
    assert table.get_filename() == "papers.csv"
    assert "tanaka25,missing" in str(table.get_content())
    pictures = [part for part in message.walk() if part["Content-ID"]]
    assert pictures
    for part in pictures:
        assert f'src="cid:{part["Content-ID"].strip("<>")}"' in html
        assert part.get_content().startswith(b"\x89PNG")
    assert prepare_editors(ledger, factory.folder, *editors).new == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_do_no_harm(factory: Factory, text: str) -> None:
    clean = text.replace("\0", "")
    roster = Roster((Paper(clean or "k", text, f"{text}, Ana"), Paper("b", "B", "Bo")), year=2025)
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, [write(factory, "feldmann25.txt", 0)], roster=roster)
        address = {roster.papers[0].key: "a@example.org"}
        (new,) = prepare(ledger, **address).new
        sender = ("e@example.org", SENDER, Templates(), "review", {})
        (report,) = prepare_editors(ledger, factory.folder, *sender).new
        for message in (new, report):
            content = ledger.messages.content(message.number)
            assert content.isascii()
            assert max(map(len, content.split(b"\r\n"))) < 998
            parsed = _parsed(content)
            assert "Bcc" not in parsed
            assert parsed.defects == []
            assert not {c for c in str(parsed["Subject"]) if not c.isprintable()}
            html = _text(parsed, "html")
            assert "<script" not in html
            assert "\u202e" not in html + _text(parsed, "plain")
            assert "49" not in str(parsed["Subject"])
        for draft in write_drafts(ledger, factory.folder):
            assert draft.parent == factory.folder / "messages"
            assert len(draft.name) < 100


ENCODED = st.lists(
    st.sampled_from(["=?utf-8?q?", "=?utf-8?b?DQpCY2M6IHg=?=", "=0D=0A", "Bcc: x@y.org", "?=", " "])
).map("".join)
TEXTS = st.text(max_size=300) | ENCODED


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_adds_a_header(subject: str, name: str, text: str) -> None:
    letter = Letter(subject, text, f"<p>{len(text)}</p>", (), (Attachment(name, "text/csv", b"x"),))
    envelope = Envelope("a@example.org", name, (name, "ed@example.org"), (name, "r@example.org"))
    content = to_send(encoded(letter, envelope, "<1@x>"), date=0.0)
    headers = _parsed(content)
    assert [key for key in headers if key != "Content-Transfer-Encoding"] == [
        "Date", "Subject", "To", "From", "Reply-To", "Message-ID", "Auto-Submitted",
        "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert headers["To"].addresses[0].addr_spec == "a@example.org"
    (attached,) = headers.iter_attachments()
    assert attached.get_filename() == safe_name(name)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "a@b@c.de", "a b@c.de", "a@c.de\nBcc: x@y.de", "ä@c.de", "a@-c.de",
     "a..b@c.de", "<a@c.de>", "a@c.de,b@c.de", f"{'a' * 65}@c.de", '"a"@c.de', "a@c.de\0"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_address(text)


def test_a_bad_address_is_refused_with_its_line(tmp_path: Path, ledger: Ledger) -> None:
    table = tmp_path / "addresses.csv"
    table.write_text("key,email\na25,a@example.org\nb25,b at example.org\n")
    with pytest.raises(BadMessage, match="line 3"):
        read_addresses(table)
    table.write_text("key,mail\n")
    with pytest.raises(BadMessage, match="columns"):
        read_addresses(table)
    table.write_text("key;email\na25;a@example.org\na25;b@example.org\nc25;c@example.org\n")
    with pytest.raises(BadMessage, match=r"line 3: “a25” has another.*line 4: “c25” is no key"):
        read_addresses(table, ("a25", "b25"))
    table.write_text("email\tkey\na@example.org\ta25\n")
    assert read_addresses(table, ("a25",)) == {"a25": "a@example.org"}


def test_an_address_that_is_none_stops_only_its_own_message(
    ledger: Ledger, factory: Factory
) -> None:
    prepared = prepare(ledger, garcia25="nobody")
    assert prepared.bad_addresses == (("garcia25", "nobody"),)
    assert [m.paper for m in prepared.new] == ["tanaka25"]
    text = _editors_text(ledger, factory, {"garcia25": "nobody"})
    cannot = text.partition("cannot be asked")[2]
    assert "- garcia25" in cannot
    assert "- tanaka25" not in cannot


def _editors_text(ledger: Ledger, factory: Factory, addresses: Mapping[str, str]) -> str:
    given = ("eds@example.org", SENDER, Templates(), "review", addresses)
    prepare_editors(ledger, factory.folder, *given)
    return _text(_parsed(ledger.messages.content(ledger.messages.all()[-1].number)), "plain")


def test_only_the_latest_message_to_the_editors_waits(ledger: Ledger, factory: Factory) -> None:
    def prepared(address: str = "eds@example.org", volume: str = "Volume 330") -> Prepared:
        sender = replace(SENDER, volume=volume)
        rest = (sender, Templates(), "review", ADDRESSES)
        return prepare_editors(ledger, factory.folder, address, *rest)

    def waiting() -> list[int]:
        return [m.number for m in ledger.messages.all() if m.state == "prepared"]

    prepared()
    assert prepared().new == ()
    assert [m.number for m in prepared(volume="Volume 331").withdrawn] == [1]
    prepared("others@example.org")
    assert waiting() == [3]
    prepared()  # as the first one, which was withdrawn
    assert waiting() == [4]
    ledger.messages.change(ledger.messages.of(4), Change("sent"))
    assert prepared().new == ()
    prepare(ledger)
    ledger.messages.change(ledger.messages.of(5), Change("sent"))
    (told,) = prepared().new
    assert "asked on" in _text(_parsed(ledger.messages.content(told.number)), "plain")
    run(ledger, [write(factory, "feldmann25.txt", 0)], roster=ROSTER)
    assert told.number in [m.number for m in withdraw_outdated(ledger)]


def test_a_new_round_waits_for_three_days(ledger: Ledger) -> None:
    prepare(ledger)
    for message in ledger.messages.all():
        ledger.messages.change(message, Change("sent"))
    with pytest.raises(BadMessage, match="--now"):
        prepare(ledger, remind=True, at_once=False)
    three_days_ago = [
        replace(m, changed="2020-01-01T00:00:00+00:00") for m in ledger.messages.all()
    ]
    require_pause(three_days_ago, 2)
    assert len(prepare(ledger, remind=True).new) == 2
    assert len(prepare(ledger, remind=True, at_once=False).known) == 2  # the same round


def test_who_was_never_asked_gets_no_reminder(ledger: Ledger) -> None:
    prepare(ledger)
    for message in ledger.messages.all():
        ledger.messages.change(message, Change("sent"))
    new = prepare(ledger, remind=True, zhao25="zhao@example.org").new
    first = next(m for m in new if m.paper == "zhao25")
    assert not first.subject.startswith("Reminder")
    content = _parsed(ledger.messages.content(first.number))
    assert "we wrote to you" not in _text(content, "plain") + _text(content, "html")


def test_two_ledgers_have_no_message_id_in_common(ledger: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    files = Factory(other)
    with open_ledger(sqlite_url(other)) as second:
        run(second, [write(files, "feldmann25.txt", 0), write(files, "garcia25.txt", 1, date="")],
            roster=ROSTER)  # fmt: skip
        own, others = ({m.message_id for m in prepare(each).new} for each in (ledger, second))
    assert len(own) == len(others) == 2
    assert not own & others


def test_a_rejected_file_is_asked_for_again_and_listed(ledger: Ledger, factory: Factory) -> None:
    damaged = factory.file("garcia25.pdf", b"%PDF-1.7\nnothing")
    run(ledger, [write(factory, "feldmann25.txt", 0), damaged], roster=ROSTER)
    message = next(m for m in prepare(ledger).new if m.paper == "garcia25")
    assert message.asked.startswith("damaged")
    text = _text(_parsed(ledger.messages.content(message.number)), "plain")
    assert "Please send it again" in text
    listed = _editors_text(ledger, factory, ADDRESSES).partition("Rejected files, and why:")[2]
    assert listed.strip().startswith("- garcia25.pdf: ")


def test_a_folder_of_drafts_that_is_a_link_is_refused(ledger: Ledger, factory: Factory) -> None:
    prepare(ledger)
    elsewhere = factory.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "own.eml").write_text("")
    (factory.folder / "messages").symlink_to(elsewhere)
    with pytest.raises(UnsafeOutput, match="link"):
        write_drafts(ledger, factory.folder)
    assert remove_drafts(factory.folder) == ()
    assert [path.name for path in elsewhere.iterdir()] == ["own.eml"]


@pytest.mark.parametrize("name", ["garcia25.txt", "a" * 130 + ".txt", "a\u202e b.txt"])
def test_the_search_of_the_editors_message_finds_the_file(factory: Factory, name: str) -> None:
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, [write(factory, name, 1, date="")])
        ((one,), _, _) = flagged(factory.folder)
        (word,) = shlex.split(one.search)
        with ReviewQueue.open(factory.folder, person="Ed", beside=True) as queue:
            assert queue.search(word)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("Subject: x\n\n{% if %}\n", r"author.txt, line 3"),
        ("Subject: x\n\n{{ nothing }}\n", r"author.txt, line 3: 'nothing' is undefined"),
        ("Subject: x\n\n{{ asks.pop.__globals__ }}", r"author.txt, line 3"),
        ("Hello\n", r"line 1: it does not begin"),
        ("Subject: x\n\n{{ 1 / 0 }}\n", r"author.txt, line 3: division"),
        ('Subject: x\n\n{% include "author.txt" %}\n', r"author.txt: it includes itself"),
    ],
)
def test_a_broken_template_is_reported_with_its_line(
    tmp_path: Path, template: str, why: str
) -> None:
    assert [path.name for path in write_templates(tmp_path)] == list(NAMES)
    assert write_templates(tmp_path) == ()
    (tmp_path / "author.txt").write_text(template)
    with pytest.raises(BadMessage, match=why):
        Templates(tmp_path).render("author", {"asks": ["x"]})


def test_own_templates_are_used(tmp_path: Path) -> None:
    (tmp_path / "author.txt").write_text("\ufeffSubject: Hi {{ name }}\n\nText\n")
    (tmp_path / "author.html").write_text("<p>{{ name }}</p>")
    rendered = Templates(tmp_path).render("author", {"name": "<b>"})
    assert (rendered.subject, rendered.text, rendered.html) == (
        "Hi <b>", "Text\n", "<p>&lt;b&gt;</p>",
    )  # fmt: skip


def test_nothing_is_flagged_in_a_volume_in_order(factory: Factory) -> None:
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, [write(factory, "feldmann25.txt", 0)])
        assert flagged(factory.folder) == ((), (), 0)
        assert draft_name(prepare(ledger).new[0]).startswith("0001-round1-")


def test_the_form_is_attached_filled_in_for_the_paper(ledger: Ledger, factory: Factory) -> None:
    asking = AuthorOptions(ADDRESSES, factory.blank())
    prepared = prepare_authors(ledger, SENDER, Templates(), asking)
    assert (len(prepared.new), prepared.troubles) == (2, ())
    message = _parsed(ledger.messages.content(prepared.new[1].number))
    (form,) = message.iter_attachments()
    assert form.get_filename() == "agreement-tanaka25.pdf"
    assert form.get_content().startswith(b"%PDF")
    assert "form is attached" in _text(message, "plain")
    again = prepare_authors(ledger, SENDER, Templates(), asking)
    assert (again.new, len(again.known)) == ((), 2)
    unusable = AuthorOptions(ADDRESSES, factory.text("no.pdf", "no form"), remind=True)
    with pytest.raises(UsageError, match="cannot be read"):
        prepare_authors(ledger, SENDER, Templates(), unusable)
    assert len(ledger.messages.all()) == 2
