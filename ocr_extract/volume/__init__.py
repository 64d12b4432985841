"""Many agreements: which files, which papers, and what they say of one another."""
