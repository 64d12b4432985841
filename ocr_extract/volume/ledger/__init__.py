"""The ledger: what was read, decided and sent. Rows are appended, and never overwritten."""

from ocr_extract.volume.ledger.forget import Forgotten
from ocr_extract.volume.ledger.ledger import (
    DamagedReading,
    Ledger,
    open_ledger,
    sqlite_url,
)

__all__ = ["DamagedReading", "Forgotten", "Ledger", "open_ledger", "sqlite_url"]
