"""Decides the values, the flags and the verdict from what was observed."""
