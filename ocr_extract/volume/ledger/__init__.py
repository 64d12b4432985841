"""The ledger: what was read, decided and sent. Rows are appended, and never overwritten."""

from ocr_extract.volume.ledger.forget import Forgotten
from ocr_extract.volume.ledger.ledger import Ledger
from ocr_extract.volume.ledger.open import open_ledger, present_ledger, read_ledger, sqlite_url
from ocr_extract.volume.ledger.rows import DamagedReading

__all__ = [
    "DamagedReading",
    "Forgotten",
    "Ledger",
    "open_ledger",
    "present_ledger",
    "read_ledger",
    "sqlite_url",
]
