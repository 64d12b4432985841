"""Measurements, each one command; every speed is a ratio taken in the same run."""
