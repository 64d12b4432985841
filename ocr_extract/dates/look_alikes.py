"""Characters that recognizers confuse: the only place that lists them. What a confusion costs
is set by each user: `dates.confusions` (strings of recognizers), `recognition.ctc_lattice`
(output of the line networks), `dates.grammar` (digits) and `dates.words` (month words).
"""

from __future__ import annotations

READ_FOR_DIGIT = {
    "0": "oODQcC", "1": "lIi|!/\\]", "2": "zZ", "3": "B", "4": "Ay", "5": "sS", "6": "bG",
    "7": "TYt", "8": "B&", "9": "gq",
}  # fmt: skip
"""Characters that tesseract and PP-OCR print for a written digit. From users' reports of both
programs and from development pages."""
SEEN_FOR_WRITTEN = {
    "0": "oqdb", "1": "li/7", "2": "z", "3": "", "4": "y", "5": "s", "6": "b", "7": "t/1",
    "8": "b", "9": "gq", "/": "1l7", ".": ",-", ",": ".'", "-": ".", "o": "0", "l": "1", "i": "1",
    "s": "5", "b": "6", "u": "v", "v": "u", "n": "u", "t": "f", "j": "i", "g": "9", "y": "4",
}  # fmt: skip
"""Symbols that the line networks output for a handwritten character (chosen)."""
CLOSE_DIGITS = (
    ("1", "7"), ("3", "8"), ("4", "9"), ("5", "6"), ("0", "6"), ("2", "7"),
)  # fmt: skip
"""Pairs of digits that look alike in print and in handwriting (chosen)."""
CLOSE_WRITTEN_DIGITS = (
    *CLOSE_DIGITS, ("0", "8"), ("3", "5"), ("7", "9"), ("4", "7"), ("4", "6"),
)  # fmt: skip
"""Pairs of digits that look alike in handwriting: the pairs above and more (chosen)."""
DIGIT_OF_LETTER = str.maketrans("OoDQlIiSsBZz", "000011155822")
"""The digit that a letter inside a number is read as ("2O25" is 2025)."""
LETTER_OF_DIGIT = str.maketrans({"0": "o", "1": "l", "5": "s", "|": "l", "6": "b", "8": "b"})
"""The letter that a digit (or a bar) inside a month word is read as ("0ct" is Oct)."""
