"""The handwritten-date network: what it was trained on, how, and its weights."""
