"""The server of `flash serve`: pairing, the review and other pages as JSON."""
