"""Which mark is which field: marks, what they read like, and their assignment."""
