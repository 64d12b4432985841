"""The output for people and other programs: tables, exports and pictures."""
