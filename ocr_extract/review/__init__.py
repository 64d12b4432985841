"""A person settles what is open: one item for each question about an agreement."""
