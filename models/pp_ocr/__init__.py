"""PP-OCRv6 small, a general line recognizer; not trained here (see CARD.md)."""
