"""Recognizers: what they make of ink and type, as strings and dates with likelihoods."""
