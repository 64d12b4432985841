"""PP-OCRv6 small, a general recognizer of text lines. It was not trained here (see CARD.md)."""
