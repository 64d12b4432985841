"""A place to readings: every reader has two methods, see `base`."""
