"""Pages with their words: upright, and selected when they bear the signing block."""
