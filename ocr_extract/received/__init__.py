"""Archives and mails as editors receive them: their files are unpacked, each with its sender."""
