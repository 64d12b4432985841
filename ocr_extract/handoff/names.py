"""Names of the files in a package: as the series wants them, and safe on every system.

Keys come from a roster, which anybody may have written: a key never leaves its folder, never names
a device, and never has the name of another paper.
"""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ocr_extract.errors import UsageError

PATTERN = "{volume}permissions/{key}Permission.pdf"
"""The series' names (given by the Proceedings of Machine Learning Research)."""
MAX_KEY_CHARACTERS = 60
"""Longest part of a key in a name, in characters (chosen: names of 255 bytes hold it, whatever its
letters are)."""
MAX_NAME_BYTES = 240
"""Longest name of a file or a folder, in bytes of UTF-8 (chosen: file systems allow 255)."""
DIGEST_DIGITS = 8
"""Hexadecimal digits that keep a changed name apart from others (chosen)."""
SAFE_SIGNS = frozenset("-_.+#@=~")
"""Signs that a name may have besides letters and digits."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)", re.IGNORECASE)
"""Names that Windows takes for devices."""
OWN_NAMES = frozenset(("manifest.json", "manifest.csv", "certificate.pdf"))
"""Names that the package itself uses."""
ADVICE = 'Give, for example, --pattern "{volume}permissions/{key}Permission.pdf".'
"""What to do with a pattern that cannot be used."""


@dataclass(frozen=True)
class SafeName:
    """The name of a file in the package, without its suffix, and whether the key had to be changed
    for it.
    """

    stem: str
    changed: bool


def check_pattern(pattern: str, volume: str) -> None:
    """Raises UsageError when a pattern or a volume's name gives no safe names."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise UsageError(f"The pattern “{pattern}” is not closed: {error}.", ADVICE) from error
    names = [name for _, name, _, _ in parts if name is not None]
    if any(name not in ("volume", "key") or spec or conv for _, name, spec, conv in parts if name):
        raise UsageError(f"The pattern “{pattern}” has other fields.", ADVICE)
    if "" in names or names.count("key") != 1:
        raise UsageError(f"The pattern “{pattern}” needs {{key}} once.", ADVICE)
    if volume and safe_text(volume) != volume:
        raise UsageError(f"“{volume}” is no name of a volume.", "Give, for example, --volume v330.")
    whole = pattern.format(volume=volume, key="key")
    unsafe = [part for part in whole.split("/") if not _is_safe(part)]
    if unsafe or len(whole.split("/")) > 5 or whole.casefold() in OWN_NAMES:
        raise UsageError(f"The pattern “{pattern}” gives no safe name: “{whole}”.", ADVICE)


def names_of(keys: Iterable[str], pattern: str, volume: str) -> Mapping[str, SafeName]:
    """The name for each key. Keys whose names are equal on a system that ignores case and accents'
    encoding all get a digest of the key. The result does not depend on the order of the keys. The
    pattern must be one that `check_pattern` accepts.
    """
    plain = {key: _name(key, pattern, volume, digest=False) for key in keys}
    count = Counter(_folded(name.stem) for name in plain.values())
    return {
        key: name
        if count[_folded(name.stem)] == 1 and _folded(name.stem) not in _OWN_STEMS
        else _name(key, pattern, volume, digest=True)
        for key, name in plain.items()
    }


def safe_text(text: str) -> str:
    """A text as a part of a name: letters, digits and a few signs; everything else becomes "-"."""
    kept = (
        c if c.isalnum() or c in SAFE_SIGNS else "-" for c in unicodedata.normalize("NFC", text)
    )
    return re.sub(r"\.{2,}", ".", "".join(kept)).strip("-.~ ")[:MAX_KEY_CHARACTERS].strip("-.~ ")


def _name(key: str, pattern: str, volume: str, *, digest: bool) -> SafeName:
    safe = safe_text(key)
    path = pattern.format(volume=volume, key=safe)
    changed = not safe or safe != key or not all(map(_is_safe, path.split("/")))
    if changed or digest:
        unique = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()
        safe = f"{safe or 'paper'}-{unique[:DIGEST_DIGITS]}"
        path = pattern.format(volume=volume, key=safe)
    return SafeName(str(PurePosixPath(path).with_suffix("")), changed or digest)


def _is_safe(part: str) -> bool:
    """Whether a part of a path is a plain name on every system."""
    if part in ("", ".", "..") or part[-1] in ". " or part[0] in " -.~":
        return False
    if len(part.encode("utf-8", "replace")) > MAX_NAME_BYTES or DEVICES.match(part):
        return False
    return all(c.isalnum() or c in SAFE_SIGNS or c in " (),!$%" for c in part)


def _folded(name: str) -> str:
    """The name as a file system may compare it."""
    return unicodedata.normalize("NFKD", name.casefold()).casefold()


_OWN_STEMS = frozenset(_folded(name.rpartition(".")[0]) for name in OWN_NAMES)
