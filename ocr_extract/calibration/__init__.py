"""From scores and posteriors to confidences, and how they fare against the truth."""
