"""Pages with their words: upright, and those chosen that bear the signing block."""
