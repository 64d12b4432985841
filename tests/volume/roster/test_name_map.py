import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.errors import BadMap
from ocr_extract.volume.roster.filenames import key_index
from ocr_extract.volume.roster.name_map import MAX_COMPLAINTS, read_map
from ocr_extract.volume.roster.roster import NameMap, Paper, Roster
from ocr_extract.volume.stored_volume import StoredVolume, without_paper
from tests.factory import Factory

KEYS = ("smith25", "müller25", "lee25a", "lee25b")
PAPERS = tuple(Paper(key, "", "") for key in KEYS)
BOTH = NameMap((("7", "smith25"), ("25", "lee25a")), (("scan one.pdf", "müller25"),))


@pytest.mark.parametrize(
    "content",
    [
        "number,key\n7,smith25\n25,lee25a\n",
        "7,smith25\n25,lee25a\n",
        "\ufeffnumber;key\r\n7;smith25\r\n\r\n25;lee25a\r\n",
        "sep=;\n7;smith25\n25;lee25a",
        "key\ttitle\tnumber\nsmith25\tOne, two\t007\nlee25a\tThree\t#25\n",
        "Number , KEY\n 7.0 ,smith25\n25 , lee25a\n7,smith25\n",
    ],
)
def test_numbers_are_read_in_every_usual_table(factory: Factory, content: str) -> None:
    assert read_map(factory.text("map.csv", content), KEYS) == NameMap(BOTH.numbers)


def test_tables_of_spreadsheets_are_read(factory: Factory) -> None:
    table = "file;key\r\nScan One.pdf;müller25\r\n7;lee25b\r\n"
    expected = (("Scan One.pdf", "müller25"), ("7", "lee25b"))
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        path = factory.file("map.csv", table.encode(encoding))
        assert read_map(path, KEYS) == NameMap((), expected), encoding


def test_every_complaint_has_its_line(factory: Factory) -> None:
    rows = "number,key\n7,smith25\n8,smth25\n7,lee25a\n9\nx,lee25a\n10,zzzzzz\n"
    with pytest.raises(BadMap) as caught:
        read_map(factory.text("map.csv", rows), KEYS)
    message = str(caught.value)
    assert "Line 3: “smth25” is no key of the roster. Perhaps smith25" in message
    assert "Line 4: 7 is smith25 already." in message
    assert "Line 5: it needs a name and a key." in message
    assert "Line 6: “x” is no number." in message
    assert "Line 7: “zzzzzz” is no key of the roster. Line" not in message
    assert "number,key" in message


def test_complaints_are_limited(factory: Factory) -> None:
    rows = "".join(f"{i},{'z' * 5_000}\n" for i in range(100))
    with pytest.raises(BadMap, match="And 80 more") as caught:
        read_map(factory.text("map.csv", rows), KEYS)
    assert len(str(caught.value)) < 200 * MAX_COMPLAINTS


@pytest.mark.parametrize("content", [b"", b"\n\n", b"number,key\n,\n", b'"' + b"x" * 200_000])
def test_tables_without_a_pair_are_refused(factory: Factory, content: bytes) -> None:
    path = factory.file("map.csv", content)
    with pytest.raises(BadMap):
        read_map(path, KEYS)
    with pytest.raises(BadMap, match="Cannot read"):
        read_map(Path(f"{path}.none"), KEYS)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_map_or_a_complaint(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        try:
            names = read_map(Path(file.name), KEYS)
        except BadMap:
            return
        assert all(key in KEYS for _, key in (*names.numbers, *names.files))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("7.pdf", "smith25"), ("paper_007.pdf", "smith25"), ("7 (1).pdf", "smith25"),
        ("submission-7-signed.tiff", "smith25"), ("Agreement 7.pdf", "smith25"),
        ("SCAN ONE.PDF", "müller25"), ("scan one.jpg", None), ("smith25Permission.pdf", "smith25"),
        ("lee25b_7.pdf", "lee25b"), ("7 of 25.pdf", None), ("17.pdf", None), ("scan.pdf", None),
        ("25-agreement.pdf", "lee25a"),
    ],
)  # fmt: skip
def test_mapped_names_and_numbers_say_the_paper(name: str, key: str | None) -> None:
    papers = key_index(PAPERS, BOTH).papers_of(name)
    assert [paper.key for paper in papers] == ([key] if key else [])


def test_a_name_without_its_suffix_may_be_given() -> None:
    index = key_index(PAPERS, NameMap(files=(("IMG_0007", "lee25b"),)))
    assert [paper.key for paper in index.papers_of("img_0007.heic")] == ["lee25b"]


def test_the_map_is_stored_with_the_volume_and_forgotten_with_its_paper() -> None:
    volume = StoredVolume((), Roster(PAPERS, names=BOTH))
    assert StoredVolume.unpacked(volume.packed()) == volume
    kept = StoredVolume.unpacked(without_paper(volume.packed(), [], ["smith25"]))
    assert kept.roster is not None
    assert kept.roster.names == NameMap((("25", "lee25a"),), BOTH.files)
