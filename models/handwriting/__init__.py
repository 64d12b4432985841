"""The network for handwritten dates: its training data, its training, and its weights."""
