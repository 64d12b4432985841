"""Weights that the package reads with, and the recipes that made them."""
