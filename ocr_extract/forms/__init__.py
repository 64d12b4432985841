"""Printed forms: which form a document is, and where its labels and blanks are. Forms are data
(TOML).
"""
