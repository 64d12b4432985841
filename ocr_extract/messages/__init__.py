"""Messages to the editors and to the authors, and forms that are filled in for them: prepared,
looked at, and sent once.
"""
