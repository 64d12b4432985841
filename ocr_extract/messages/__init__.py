"""Messages to the editors and to the authors: prepared, looked at, and sent once."""
