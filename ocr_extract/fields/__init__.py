"""The marks of a signing block: finding them, reading them, and assigning them to fields."""
