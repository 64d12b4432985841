"""The weights of the package's models, and the recipes that produced them."""
