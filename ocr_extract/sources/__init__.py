"""From a file to pages with evidence. Nothing is decided here. Everything that parses a file has
limits.
"""
