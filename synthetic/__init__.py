"""Made agreements: the one generator for the samples, for training, for bench and for tests."""
