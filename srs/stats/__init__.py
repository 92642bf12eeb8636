"""Statistics, as `flash stats` shows them."""
