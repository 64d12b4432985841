"""How raw posteriors become confidences: labelled dates, and the fit."""
