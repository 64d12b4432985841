"""What a recognizer makes of ink: strings, dates, likelihoods."""
