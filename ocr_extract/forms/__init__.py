"""Which form is this, where are its labels and blanks; forms are data (TOML)."""
