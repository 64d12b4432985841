"""Characters that are taken for one another: the one place that says which. What a mistake
costs stands with whoever pays for it: strings of recognizers (dates.confusions), the networks'
slices (recognition.ctc_lattice), the grammar (dates.grammar), month words (dates.words).
"""

from __future__ import annotations

READ_FOR_DIGIT = {
    "0": "oODQcC", "1": "lIi|!/\\]", "2": "zZ", "3": "B", "4": "Ay", "5": "sS", "6": "bG",
    "7": "TYt", "8": "B&", "9": "gq",
}  # fmt: skip
"""What tesseract and PP-OCR print for a written digit; seen on development pages."""
SEEN_FOR_WRITTEN = {
    "0": "oqdb", "1": "li/7", "2": "z", "3": "", "4": "y", "5": "s", "6": "b", "7": "t/1",
    "8": "b", "9": "gq", "/": "1l7", ".": ",-", ",": ".'", "-": ".", "o": "0", "l": "1", "i": "1",
    "s": "5", "b": "6", "u": "v", "v": "u", "n": "u", "t": "f", "j": "i", "g": "9", "y": "4",
}  # fmt: skip
"""What the line networks take a handwritten character for; among the networks' symbols."""
CLOSE_DIGITS = (
    ("1", "7"), ("3", "8"), ("4", "9"), ("5", "6"), ("0", "6"), ("2", "7"),
)  # fmt: skip
"""Digits that are like one another in print and in handwriting."""
CLOSE_WRITTEN_DIGITS = (
    *CLOSE_DIGITS, ("0", "8"), ("3", "5"), ("7", "9"), ("4", "7"), ("4", "6"),
)  # fmt: skip
"""The same in handwriting alone."""
DIGIT_OF_LETTER = str.maketrans("OoDQlIiSsBZz", "000011155822")
"""The digit that a letter inside of a number surely stands for."""
LETTER_OF_DIGIT = str.maketrans({"0": "o", "1": "l", "5": "s", "|": "l", "6": "b", "8": "b"})
"""The letter that a digit inside of a month word stands for."""
