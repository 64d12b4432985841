"""Made agreements with known truth: what they say, how they are set, what befalls them."""
