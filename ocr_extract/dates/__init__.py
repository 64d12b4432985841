"""Strings to ranked dates; knows nothing of images, files or the clock."""
