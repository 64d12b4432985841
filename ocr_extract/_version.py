"""The one place of the versions."""

__version__ = "0.1.0"
EXTRACTION_VERSION = 7
"""Version of what the extraction pass makes of a file (chosen: it counts up). Raise it with every
change that may change a record: ledgers then read their files again. tests/volume/test_keys.py
holds it."""
