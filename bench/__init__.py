"""Measurements. Each is one command; every speed is a ratio of times of the same run."""
