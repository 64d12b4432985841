"""Hands a checked volume over: the package for the series, its certificate, and its verification."""
