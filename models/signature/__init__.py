"""How likely ink is a signature: forms to learn it from, and the fit."""
