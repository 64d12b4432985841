"""The papers of the volume, the paper of each document, and what does not agree with the roster."""
