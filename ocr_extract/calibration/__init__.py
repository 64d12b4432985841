"""Turns scores and posteriors into confidences, and compares them with known true dates."""
