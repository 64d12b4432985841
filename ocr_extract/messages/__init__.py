"""Prepares what goes out to people: forms that are filled in, and messages."""
