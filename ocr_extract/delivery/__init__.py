"""Results to people and to other programs."""
