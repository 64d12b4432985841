"""Hands a checked volume over: the package, its certificate, its verification."""
