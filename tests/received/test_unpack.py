"""Any archive, with any names: nothing is written outside, and all that is inside is said."""

import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_extract.received.limits import Limits
from ocr_extract.received.unpack import LIST, remove_others
from tests.factory import Factory
from tests.received.received_factory import mail_of, mbox_of, unpacked, zip_of

HOSTILE = (
    "../../escape.pdf", "/etc/passwd.pdf", "C:\\Windows\\a.pdf", "a/../../b.pdf", "\\\\host\\c.pdf",
    "a\u202efdp.exe", "new\nline.pdf", "\x1b[31mred.pdf", "=HYPERLINK(1).pdf", "<script>.pdf",
    "..", "con", "x" * 10_000 + ".pdf", "-rf", "~", "a.pdf/b.pdf", "A.pdf", "a.pdf", "ä.pdf",
    "a\u0308.pdf", " ", "...", "a.", "\ud7ff\uffff.pdf",
)  # fmt: skip


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def test_files_keep_their_names_and_content(factory: Factory) -> None:
    content = zip_of({"in/smith25.pdf": b"one", "in/Smith25.pdf": b"two", "müller.pdf": b"three"})
    arrived = unpacked(factory.file("a.zip", content))
    assert [a.name for a in arrived] == ["in/smith25.pdf", "in/Smith25.pdf", "müller.pdf"]
    folder = next((factory.folder / "received").iterdir())
    assert [(folder / a.path).read_bytes() for a in arrived] == [b"one", b"two", b"three"]
    assert [Path(a.path).name for a in arrived] == ["smith25.pdf", "Smith25.pdf", "müller.pdf"]


def test_hostile_names_stay_inside_their_folder(factory: Factory) -> None:
    path = factory.file("a.zip", zip_of(dict.fromkeys(HOSTILE, b"x")))
    arrived = unpacked(path)
    assert len(arrived) == len(HOSTILE)
    assert all(a.sha256 or a.left_out for a in arrived)
    inside = factory.folder / "received"
    assert sum(f.name != LIST for f in _files(inside)) == sum(bool(a.sha256) for a in arrived)
    assert [f for f in _files(factory.folder) if inside not in f.parents] == [path]
    assert all(a.name.isprintable() and Path(a.path).name.isprintable() for a in arrived)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=40), st.binary(max_size=20)), min_size=1, max_size=6))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_names_are_written_inside_and_add_up(members: list[tuple[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members:
                archive.writestr(zipfile.ZipInfo(name.encode(errors="replace").decode()), content)
            files = [i for i in archive.infolist() if not i.filename.endswith("/")]
        arrived = unpacked(path)
        written = [f for f in _files(Path(folder)) if f != path and f.name != LIST]
        assert all(Path(folder, "received") in f.parents for f in written)
        assert len(written) == sum(bool(a.sha256) for a in arrived)
        assert len(arrived) == max(1, len(files)) or any(a.damage == "nested" for a in arrived)


@settings(max_examples=100)
@given(st.data())
def test_damaged_containers_never_raise(data: st.DataObject) -> None:
    whole = data.draw(
        st.sampled_from([
            zip_of({"a.pdf": b"x" * 500, "b/c.pdf": b"y", "in.zip": zip_of({"d.pdf": b"z"})}),
            mbox_of(mail_of({"a.pdf": b"x"}), mail_of({"b.zip": zip_of({"c.pdf": b"y"})})),
            mail_of({"a.pdf": b"x", "m.eml": mail_of({"c.pdf": b"y"}).as_bytes()}).as_bytes(),
        ])
    )  # fmt: skip
    damaged = bytearray(whole[: data.draw(st.integers(4, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.eml")
        path.write_bytes(b"PK\x03\x04" + damaged[4:] if damaged[:1] == b"P" else damaged)
        try:
            arrived = unpacked(path)
        except AssertionError:
            return  # no container any more
        assert arrived


def test_only_the_owner_may_read_what_is_unpacked(factory: Factory) -> None:
    unpacked(factory.file("a.zip", zip_of({"a.pdf": b"x"})))
    for path in (factory.folder / "received").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_same_container_is_unpacked_once(factory: Factory) -> None:
    path = factory.file("a.zip", zip_of({"a.pdf": b"x", "b.pdf": b"y"}))
    first = unpacked(path)
    before = {f: f.stat().st_ino for f in _files(factory.folder / "received")}
    assert unpacked(path, verify=True) == first
    assert {f: f.stat().st_ino for f in _files(factory.folder / "received")} == before


def test_a_missing_or_changed_copy_is_unpacked_again(factory: Factory) -> None:
    path = factory.file("a.zip", zip_of({"a.pdf": b"x", "b.pdf": b"y"}))
    first = unpacked(path)
    folder = next((factory.folder / "received").iterdir())
    copy = folder / first[0].path
    for spoil, verify in (
        (copy.unlink, False),
        (lambda: copy.write_bytes(b"longer"), False),
        (lambda: copy.write_bytes(b"z"), True),
        (lambda: (folder / LIST).write_text("{}"), False),
        ((folder / LIST).unlink, False),
    ):
        spoil()
        assert unpacked(path, verify=verify) == first
        assert copy.read_bytes() == b"x"


def test_links_are_not_followed(factory: Factory) -> None:
    """Another user may have put links where the copies belong."""
    path = factory.file("a.zip", zip_of({"a.pdf": b"x"}))
    precious = factory.file("precious", b"p")
    first = unpacked(path)
    folder = next((factory.folder / "received").iterdir())
    (folder / first[0].path).unlink()
    (folder / first[0].path).symlink_to(precious)
    assert unpacked(path) == first
    assert precious.read_bytes() == b"p"
    assert not (folder / first[0].path).is_symlink()


def test_a_link_in_an_archive_is_not_made(factory: Factory) -> None:
    path = factory.folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.pdf")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    (arrival,) = unpacked(path)
    assert (arrival.damage, arrival.sha256) == ("not_a_file", "")


def test_folders_of_vanished_containers_are_removed_and_nothing_else(factory: Factory) -> None:
    unpacked(factory.file("a.zip", zip_of({"a.pdf": b"x"})))
    parent = factory.folder / "received"
    old = next(parent.iterdir())
    (parent / ".unpacking-killed").mkdir()
    (parent / "mine").mkdir()
    remove_others(parent, [old.name + "0" * 32])
    assert {path.name for path in parent.iterdir()} == {old.name, "mine"}
    remove_others(parent, [])
    assert [path.name for path in parent.iterdir()] == ["mine"]


def test_limits_are_damage_and_what_was_unpacked_stays(factory: Factory) -> None:
    path = factory.file("a.zip", zip_of({f"{i}.pdf": bytes([i]) * 100 for i in range(10)}))
    for limits, effect in (
        (Limits(members=4), "More than 4 files"),
        (Limits(total_bytes=400), "unpacks to more than 0 MB"),
    ):
        *kept, last = unpacked(path, limits)
        assert [a.name for a in kept] == [f"{i}.pdf" for i in range(4)]
        assert (last.damage, last.path) == ("too_large", "")
        assert effect in last.effect
    (only,) = unpacked(path, Limits(container_bytes=10))
    assert only.damage == "too_large"
    assert all(a.damage == "too_large" for a in unpacked(path, Limits(member_bytes=99)))


def test_a_bomb_is_not_unpacked(factory: Factory) -> None:
    bomb = zip_of({"a.pdf": bytes(30_000_000), "b.pdf": b"x"})
    assert len(bomb) < 100_000
    first, second = unpacked(factory.file("a.zip", bomb))
    assert (first.damage, second.damage) == ("too_large", "")
    assert "200 times" in first.effect


def test_archives_inside_each_other_have_a_limit(factory: Factory) -> None:
    content = zip_of({"a.pdf": b"x"})
    two = zip_of({"in.zip": content})
    assert [a.name for a in unpacked(factory.file("two.zip", two))] == ["in.zip/a.pdf"]
    (three,) = unpacked(factory.file("three.zip", zip_of({"out.zip": two})))
    assert (three.name, three.damage) == ("out.zip/in.zip", "nested")


def test_empty_and_cut_archives_are_damage_of_the_archive(factory: Factory) -> None:
    whole = zip_of({"a.pdf": os.urandom(1000)})
    for content, damage in ((zip_of({}), "empty"), (whole[:600], "broken")):
        (arrival,) = unpacked(factory.file("a.zip", content))
        assert (arrival.damage, arrival.path, arrival.name) == (damage, "", "")


def test_hidden_files_and_tables_are_left_out(factory: Factory) -> None:
    names = ("__MACOSX/._a.pdf", ".DS_Store", "volume.bib", "papers.csv", "a.pdf", "notes.docx")
    arrived = unpacked(factory.file("a.zip", zip_of(dict.fromkeys(names, b"x"))))
    assert [a.name for a in arrived if a.left_out] == list(names[:4])
    assert [a.name for a in arrived if a.sha256] == ["a.pdf", "notes.docx"]


def test_names_of_old_programs_are_read(factory: Factory) -> None:
    """Programs that do not say so write their names in cp437 or in UTF-8."""
    for raw, name in (("müller.pdf".encode(), "müller.pdf"), (b"m\x81ller.pdf", "müller.pdf")):
        content = zip_of({"m" + "?" * (len(raw) - 9) + "ller.pdf": b"x"})
        content = content.replace(b"m" + b"?" * (len(raw) - 9) + b"ller.pdf", raw)
        assert [a.name for a in unpacked(factory.file("a.zip", content))] == [name]


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_usual_compression_is_read(factory: Factory, kind: int) -> None:
    (arrival,) = unpacked(factory.file("a.zip", zip_of({"a.pdf": b"%PDF-1.4 x"}, kind)))
    assert arrival.size == 10


def test_encrypted_members_say_what_to_do(factory: Factory) -> None:
    content = bytearray(zip_of({"smith25.pdf": b"x", "b.pdf": b"y"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[content.index(b"PK\x03\x04") + 6] |= 1
    first, second = unpacked(factory.file("a.zip", bytes(content)))
    assert (first.damage, Path(first.path).name) == ("encrypted", "smith25.pdf")
    assert "password" in first.effect
    assert second.sha256
