"""Many agreements together: which files are read, which paper each belongs to, and what the
agreements say about one another.
"""
