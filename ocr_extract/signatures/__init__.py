"""Is it signed, how, and does the legible part name the signer."""
