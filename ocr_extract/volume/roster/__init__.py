"""The papers of the volume, which document is which paper's, and what does not fit."""
