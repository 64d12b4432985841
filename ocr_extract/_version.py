"""The one place of the versions."""

__version__ = "0.1.0"
EXTRACTION_VERSION = 1
"""Of what the extraction pass makes of a file. Raise it with every change that may change a
record: ledgers then read their files anew. tests/volume/test_keys.py holds it."""
