"""Values, flags and the verdict, from what was observed."""
